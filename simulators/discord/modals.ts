/** A person fills in a form, within what its fields take. */
import { ComponentType } from 'discord-api-types/v10';
import type { FileInput } from './cdn.ts';
import { NotPossible } from './errors.ts';
import { pickFile } from './pick-file.ts';
import { fieldsOf, type Modal, type ModalField } from './schema/modal.ts';
import type { Sim } from './sim.ts';

/** By the field's custom_id. */
export type ModalValues = Record<string, string | boolean | string[] | FileInput | FileInput[] | undefined>;

/** The submit's components; files go into `resolved`. Throws NotPossible on a value that a field does not take. */
export async function fillModal(
  sim: Sim,
  modal: Modal,
  values: ModalValues,
  resolved: { attachments: Record<string, unknown> },
): Promise<object[]> {
  const known = [...fieldsOf(modal)].map(({ field }) => field.custom_id);
  for (const id of Object.keys(values))
    if (!known.includes(id)) throw new NotPossible(`the form has no field ${id}, only ${known.join(', ')}`);
  const filled: object[] = [];
  for (const component of modal.components) {
    const { type, id } = component;
    if (component.type === ComponentType.Label)
      filled.push({ type, id: id ?? 1, component: await fill(sim, component.component, values, resolved) });
    else if (component.type === ComponentType.ActionRow)
      filled.push({
        type,
        id: id ?? 1,
        components: await Promise.all(
          component.components.map((field) => fill(sim, field, values, resolved)),
        ),
      });
    else filled.push({ type, id: id ?? 1 });
  }
  return filled;
}

async function fill(
  sim: Sim,
  field: ModalField,
  values: ModalValues,
  resolved: { attachments: Record<string, unknown> },
): Promise<object> {
  const { type, custom_id } = field;
  const given = values[custom_id];
  const base = { type, id: field.id ?? 1, custom_id };
  const wrong = (what: string) => new NotPossible(`${custom_id}: ${what}`);
  switch (field.type) {
    case ComponentType.TextInput: {
      const value = given ?? field.value ?? '';
      if (typeof value !== 'string') throw wrong('takes a text');
      if (field.required !== false && value === '') throw wrong('is required');
      if (
        value !== '' &&
        (value.length < (field.min_length ?? 0) || value.length > (field.max_length ?? 4000))
      )
        throw wrong('has the wrong length');
      return { ...base, value };
    }
    case ComponentType.Checkbox: {
      const value = given ?? field.default ?? false;
      if (typeof value !== 'boolean') throw wrong('takes yes or no');
      return { ...base, value };
    }
    case ComponentType.RadioGroup: {
      const value = given ?? field.options.find((option) => option.default)?.value ?? null;
      if (value === null && field.required !== false) throw wrong('is required');
      if (value !== null && !field.options.some((option) => option.value === value))
        throw wrong('has no such choice');
      return { ...base, value };
    }
    case ComponentType.FileUpload: {
      const files = given === undefined ? [] : [given].flat();
      const least = field.min_values ?? (field.required === false ? 0 : 1);
      // An optional field may stay empty, whatever the least number is.
      if (files.length || field.required !== false)
        if (files.length < least || files.length > (field.max_values ?? 1))
          throw wrong(`does not take ${files.length} files`);
      const ids: string[] = [];
      for (const file of files) {
        if (typeof file !== 'object') throw wrong('takes files');
        const taken = await pickFile(sim, file, field.file_types);
        resolved.attachments[taken.id] = sim.cdn.json(taken);
        ids.push(taken.id);
      }
      return { ...base, values: ids };
    }
    default: {
      const options = 'options' in field ? field.options : undefined;
      const defaults = options?.filter((option) => option.default).map(({ value }) => value) ?? [];
      const chosen = given === undefined ? defaults : [given].flat();
      const least = field.min_values ?? (field.required === false ? 0 : 1);
      const most =
        field.max_values ?? (field.type === ComponentType.CheckboxGroup ? field.options.length : 1);
      if ((chosen.length || field.required !== false) && (chosen.length < least || chosen.length > most))
        throw wrong(`does not take ${chosen.length} values`);
      if (options && !chosen.every((value) => options.some((option) => option.value === value)))
        throw wrong('has no such choice');
      return { ...base, values: chosen };
    }
  }
}
