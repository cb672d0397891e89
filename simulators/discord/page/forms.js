/** The forms of commands and modals. */
import { make } from './dom.js';
import { markdown } from './markdown.js';

/** Commands with their subcommands, as lines to run: `animate`, `rules limits set`. */
export function lines(commands) {
  const found = [];
  const visit = (line, options, description) => {
    const subs = (options ?? []).filter(({ type }) => type <= 2);
    if (subs.length === 0) found.push({ line, options: options ?? [], description });
    for (const sub of subs) visit(`${line} ${sub.name}`, sub.options, sub.description);
  };
  for (const { name, options, description, isMenu } of commands)
    if (!isMenu) visit(name, options, description);
  return found;
}

const accept = (types) => (types ?? []).map((type) => (type.startsWith('.') ? type : `${type}/*`)).join(',');
const word = (of, field, locale) => of[`${field}_localizations`]?.[locale] ?? of[field];

/** `send(values, files)` gets what was filled in; files by option. */
export function commandForm({ line, options, description }, { locale, entities }, send, cancel) {
  const fields = options.map((option) => ({ option, input: inputFor(option, locale, entities) }));
  const run = () => {
    const values = {};
    const files = {};
    for (const { option, input } of fields) {
      if (option.type === 11) {
        if (input.files.length) files[option.name] = [...input.files];
      } else if (input.value !== '') values[option.name] = typed(option, input.value);
    }
    send(line, values, files);
  };
  return [
    make('b', {}, `/${line}`),
    make('span', { class: 'small' }, description),
    ...fields.map(({ option, input }) =>
      make(
        'label',
        { title: word(option, 'description', locale) },
        `${word(option, 'name', locale)}${option.required ? ' *' : ''}`,
        input,
      ),
    ),
    make('button', { type: 'button', class: 'button primary', onclick: run }, 'Run'),
    make('button', { type: 'button', class: 'button secondary', onclick: cancel }, 'Close'),
  ];
}

/** What a menu or an option offers that names people, roles, both, or channels of some types. */
export function offered(kind, { users = [], roles = [], channels = [] } = {}, types = []) {
  if (kind === 'user') return users;
  if (kind === 'role') return roles;
  if (kind === 'mentionable') return [...users, ...roles];
  return channels.filter(({ type }) => !types?.length || types.includes(type));
}
const OPTION_KINDS = { 6: 'user', 7: 'channel', 8: 'role', 9: 'mentionable' };
export const MENU_KINDS = { 5: 'user', 6: 'role', 7: 'mentionable', 8: 'channel' };

function inputFor(option, locale, entities) {
  if (option.type === 11)
    return make('input', { type: 'file', name: option.name, accept: accept(option.file_types) });
  const choices =
    option.type === 5
      ? [
          { name: 'true', value: 'true' },
          { name: 'false', value: 'false' },
        ]
      : OPTION_KINDS[option.type]
        ? offered(OPTION_KINDS[option.type], entities, option.channel_types).map(({ id, name }) => ({
            name,
            value: id,
          }))
        : option.choices;
  if (choices?.length)
    return make(
      'select',
      { name: option.name },
      make('option', { value: '' }, '—'),
      choices.map((choice) => make('option', { value: choice.value }, word(choice, 'name', locale))),
    );
  const number = option.type === 4 || option.type === 10;
  return make('input', {
    name: option.name,
    type: number ? 'number' : 'text',
    min: option.min_value ?? undefined,
    max: option.max_value ?? undefined,
    maxlength: option.max_length ?? undefined,
    step: option.type === 10 ? 'any' : undefined,
  });
}

function typed({ type }, value) {
  if (type === 5) return value === 'true';
  return type === 4 || type === 10 ? Number(value) : value;
}

/** Fills the dialog; `submit(values, files)` and `dismiss()` end it. */
export function modalForm({ title, components }, { names, entities }, submit, dismiss) {
  const readers = [];
  const draw = (component, label) => {
    const field = fieldFor(component, entities);
    readers.push({ id: component.custom_id, read: field.read });
    return make(
      'label',
      { class: 'field' },
      make('b', {}, `${label.label}${component.required === false || component.type === 23 ? '' : ' *'}`),
      label.description && make('span', { class: 'small' }, label.description),
      field.node,
    );
  };
  const fields = components.map((component) => {
    if (component.type === 10) return markdown(component.content, names);
    if (component.type === 18) return draw(component.component, component);
    return draw(component.components[0], { label: component.components[0].label });
  });
  const send = (event) => {
    event.preventDefault();
    const values = {};
    const files = {};
    for (const { id, read } of readers) {
      const value = read();
      if (value instanceof FileList) {
        if (value.length) files[id] = [...value];
      } else if (value !== undefined) values[id] = value;
    }
    submit(values, files);
  };
  return make(
    'form',
    { onsubmit: send },
    make('h2', {}, title),
    fields,
    make(
      'div',
      { class: 'row' },
      make('button', { type: 'button', class: 'button secondary', onclick: dismiss }, 'Cancel'),
      make('button', { class: 'button primary' }, 'Submit'),
    ),
  );
}

function fieldFor(component, entities) {
  switch (component.type) {
    case 4: {
      const long = component.style === 2;
      const node = make(long ? 'textarea' : 'input', {
        placeholder: component.placeholder ?? undefined,
        maxlength: component.max_length ?? undefined,
      });
      node.value = component.value ?? '';
      return { node, read: () => node.value };
    }
    case 19: {
      const node = make('input', {
        type: 'file',
        multiple: (component.max_values ?? 1) > 1,
        accept: accept(component.file_types),
      });
      return { node, read: () => node.files };
    }
    case 23: {
      const node = make('input', { type: 'checkbox', checked: component.default ?? false });
      return { node, read: () => node.checked };
    }
    case 21: {
      const node = choice(component.options, false, component.required === false);
      return { node, read: () => node.value || undefined };
    }
    default: {
      const many = component.type === 22 || (component.max_values ?? 1) > 1;
      const options = MENU_KINDS[component.type]
        ? offered(MENU_KINDS[component.type], entities, component.channel_types).map(({ id, name }) => ({
            value: id,
            label: name,
          }))
        : (component.options ?? []);
      const node = choice(options, many, component.required === false);
      return { node, read: () => [...node.selectedOptions].map(({ value }) => value).filter(Boolean) };
    }
  }
}

const choice = (options, multiple, optional) =>
  make(
    'select',
    { multiple },
    !multiple &&
      (optional || !options.some((option) => option.default)) &&
      make('option', { value: '' }, '—'),
    options.map((option) =>
      make('option', { value: option.value, selected: option.default ?? false }, option.label),
    ),
  );
