/** A form that opens over the chat (developer docs, components/reference, read 2026-11-21). */
import { ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';
import { fileTypes, report } from './common.ts';
import { componentId, customId, entitySelects, stringSelect, textDisplay } from './components.ts';

const textInputShape = {
  type: z.literal(ComponentType.TextInput),
  id: componentId,
  custom_id: customId,
  style: z.union([z.literal(1), z.literal(2)]),
  min_length: z.int().min(0).max(4000).nullish(),
  max_length: z.int().min(1).max(4000).nullish(),
  required: z.boolean().nullish(),
  value: z.string().max(4000).nullish(),
  placeholder: z.string().max(100).nullish(),
};
const textInput = z.object(textInputShape);
const fileUpload = z
  .object({
    type: z.literal(ComponentType.FileUpload),
    id: componentId,
    custom_id: customId,
    min_values: z.int().min(0).max(10).nullish(),
    max_values: z.int().min(1).max(10).nullish(),
    required: z.boolean().nullish(),
    file_types: fileTypes,
  })
  .refine(({ required, min_values }) => !(required !== false && min_values === 0), {
    path: ['required'],
    error: 'required must be false where min_values is 0',
  });
const choice = z.object({
  label: z.string().min(1).max(100),
  value: z.string().min(1).max(100),
  description: z.string().min(1).max(100).nullish(),
  default: z.boolean().nullish(),
});
const radioGroup = z.object({
  type: z.literal(ComponentType.RadioGroup),
  id: componentId,
  custom_id: customId,
  options: z.array(choice).min(2).max(10),
  required: z.boolean().nullish(),
});
const checkboxGroup = z.object({
  type: z.literal(ComponentType.CheckboxGroup),
  id: componentId,
  custom_id: customId,
  options: z.array(choice).min(1).max(10),
  min_values: z.int().min(0).max(10).nullish(),
  max_values: z.int().min(1).max(10).nullish(),
  required: z.boolean().nullish(),
});
const checkbox = z.object({
  type: z.literal(ComponentType.Checkbox),
  id: componentId,
  custom_id: customId,
  default: z.boolean().nullish(),
});

const field = z.discriminatedUnion('type', [
  textInput,
  fileUpload,
  radioGroup,
  checkboxGroup,
  checkbox,
  stringSelect,
  ...entitySelects,
]);
const label = z.object({
  type: z.literal(ComponentType.Label),
  id: componentId,
  label: z.string().min(1).max(45),
  description: z.string().min(1).max(100).nullish(),
  component: field,
});
const row = z.object({
  type: z.literal(ComponentType.ActionRow),
  id: componentId,
  components: z.array(z.object({ ...textInputShape, label: z.string().min(1).max(45) })).length(1),
});

export const modalBody = z
  .object({
    custom_id: customId,
    title: z.string().min(1).max(45),
    components: z
      .array(z.discriminatedUnion('type', [label, row, textDisplay]))
      .min(1)
      .max(5),
  })
  .superRefine((modal, context) => {
    const seen = new Set<string>();
    for (const { field, path } of fieldsOf(modal)) {
      if (seen.has(field.custom_id))
        report(
          [
            {
              path: [...path, 'custom_id'],
              code: 'COMPONENT_CUSTOM_ID_DUPLICATED',
              message: 'Component custom id cannot be duplicated',
            },
          ],
          context,
        );
      seen.add(field.custom_id);
    }
  });
export type Modal = z.output<typeof modalBody>;
export type ModalField = z.output<typeof field>;

/** What a person fills in, with the way to it. */
export function* fieldsOf(modal: {
  components: Modal['components'];
}): Generator<{ field: ModalField; label: string; path: PropertyKey[] }> {
  for (const [index, component] of modal.components.entries()) {
    const path = ['components', index];
    if (component.type === ComponentType.Label)
      yield { field: component.component, label: component.label, path: [...path, 'component'] };
    if (component.type === ComponentType.ActionRow)
      for (const [at, input] of component.components.entries())
        yield { field: input, label: input.label, path: [...path, 'components', at] };
  }
}
