/** One message, roughly as Discord shows it. */
import { make } from './dom.js';
import { MENU_KINDS, offered } from './forms.js';
import { markdown } from './markdown.js';

const STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link', 6: 'secondary' };

/** `act` does what the reader asks; `menus` are the message commands. */
export function messageNode(message, { act, menus, names, entities, reply }) {
  const draw = (component) => drawComponent(component, { act, names, entities, message });
  const { answers } = message;
  return make(
    'li',
    { class: `message${message.ephemeral ? ' ephemeral' : ''}`, 'data-id': message.id },
    answers &&
      make('div', { class: 'answers' }, `↱ ${answers.name}: ${answers.deleted ? 'deleted' : answers.text}`),
    message.askedWith &&
      !answers &&
      make('div', { class: 'answers' }, `${message.askedBy} used ${message.askedWith}`),
    make('div', { class: 'avatar', style: `--hue:${hue(message.authorName)}` }, message.authorName[0]),
    make(
      'div',
      { class: 'body' },
      make(
        'div',
        { class: 'head' },
        make('b', {}, message.authorName),
        message.isBot && make('span', { class: 'tag' }, 'APP'),
        make('span', { class: 'when' }, new Date(message.timestamp).toLocaleTimeString()),
        message.edits > 0 && make('span', { class: 'when' }, `edited ${message.edits}×`),
        message.notifiedNames.length > 0 &&
          make('span', { class: 'notified' }, `told: ${message.notifiedNames.join(', ')}`),
        tools(message, { act, menus, reply }),
      ),
      message.thinking && make('div', { class: 'thinking' }, '• • • is thinking…'),
      message.content && markdown(message.content, names),
      message.embeds.map(({ title, description }) =>
        make(
          'div',
          { class: 'container' },
          title && make('h3', {}, title),
          description && markdown(description, names),
        ),
      ),
      message.attachments.map((file) => media(file.url, file.content_type, file.description, file.filename)),
      message.components.map(draw),
      message.ephemeral && make('div', { class: 'only-you' }, 'Only you can see this'),
    ),
  );
}

function tools(message, { act, menus, reply }) {
  return make(
    'span',
    { class: 'tools' },
    make('button', { type: 'button', onclick: () => reply(message) }, 'Reply'),
    ...menus.map(({ name }) =>
      make('button', { type: 'button', onclick: () => act({ do: 'menu', message: message.id, name }) }, name),
    ),
    make('button', { type: 'button', onclick: () => act({ do: 'erase', message: message.id }) }, 'Delete'),
  );
}

function drawComponent(component, { act, names, entities, message }) {
  const draw = (inner) => drawComponent(inner, { act, names, entities, message });
  switch (component.type) {
    case 1:
      return make('div', { class: 'row' }, component.components.map(draw));
    case 2:
      return button(component, act, message);
    case 3:
      return select(component, component.options, act, message);
    case 5:
    case 6:
    case 7:
    case 8:
      return select(component, entityOptions(component, entities), act, message);
    case 9:
      return make(
        'div',
        { class: 'section' },
        make('div', {}, component.components.map(draw)),
        draw(component.accessory),
      );
    case 10:
      return markdown(component.content, names);
    case 11:
      return make('img', { class: 'thumbnail', src: component.media.url, alt: component.description ?? '' });
    case 12:
      return make(
        'div',
        { class: `gallery of-${component.items.length}` },
        component.items.map(({ media: item, description }) =>
          media(item.url, item.content_type, description),
        ),
      );
    case 13:
      return media(component.file.url, component.file.content_type, undefined, component.name);
    case 14:
      return make(component.divider === false ? 'br' : 'hr');
    case 17:
      return make(
        'div',
        {
          class: 'container',
          style:
            component.accent_color == null
              ? undefined
              : `--accent:#${component.accent_color.toString(16).padStart(6, '0')}`,
        },
        component.components.map(draw),
      );
    default:
      return make('div', { class: 'small' }, `(component of type ${component.type})`);
  }
}

function button({ style, label, emoji, custom_id, url, disabled }, act, message) {
  const face = `${emoji?.name ? `${emoji.name} ` : ''}${label ?? ''}`;
  if (style === 5) return make('a', { class: 'button link', href: url, target: '_blank' }, `${face} ↗`);
  return make(
    'button',
    {
      type: 'button',
      class: `button ${STYLES[style]}`,
      disabled,
      title: custom_id,
      onclick: () => act({ do: 'press', message: message.id, customId: custom_id }),
    },
    face,
  );
}

function entityOptions({ type, channel_types, default_values }, entities) {
  const chosen = (default_values ?? []).map(({ id }) => id);
  return offered(MENU_KINDS[type], entities, channel_types).map(({ id, name }) => ({
    value: id,
    label: name,
    default: chosen.includes(id),
  }));
}

function select({ custom_id, placeholder, disabled, min_values, max_values }, options, act, message) {
  const many = (max_values ?? 1) > 1;
  const menu = make(
    'select',
    {
      disabled,
      multiple: many,
      title: placeholder ?? '',
      size: many ? Math.min(3, options.length) : undefined,
    },
    !many && make('option', { value: '' }, placeholder ?? 'Make a selection'),
    options.map((option) => make('option', { value: option.value, selected: option.default }, option.label)),
  );
  const labelled = many && placeholder ? make('label', { class: 'field' }, placeholder, menu) : menu;
  menu.addEventListener('change', () => {
    const values = [...menu.selectedOptions].map(({ value }) => value).filter(Boolean);
    if (values.length >= (min_values ?? 1))
      act({ do: 'choose', message: message.id, customId: custom_id, values });
  });
  return labelled;
}

function media(url, type, alt, name) {
  if (type?.startsWith('image/')) return make('img', { src: url, alt: alt ?? '', title: alt });
  if (type?.startsWith('video/') || /\.(?:mp4|webm|mov)(?:\?|$)/.test(url))
    return make('video', { src: url, controls: true, preload: 'metadata', title: alt, 'aria-label': alt });
  if (type === null) return make('img', { src: url, alt: alt ?? '', title: alt });
  return make('a', { class: 'file', href: url }, `📄 ${name ?? 'file'}`);
}

const hue = (name) => [...name].reduce((sum, char) => sum + char.charCodeAt(0) * 37, 0) % 360;
