/** Forms of the panel as Discord's modals. */
import {
  type APIComponentInLabel,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from 'discord.js';
import { cutShort } from '../../../core/text.ts';
import type { Field, Form } from '../../page.ts';
import { LIMITABLE } from '../channel-types.ts';
import { adminId } from './ids.ts';

/** Developer docs, components/reference, 2026-11-21: 45 letters for a title or a label, 100 for a description. */
const LABEL_LENGTH = 45;
const DESCRIPTION_LENGTH = 100;

export const modalOf = ({ action, title, fields }: Form): APIModalInteractionResponseCallbackData => ({
  custom_id: adminId(action.code, action.arg),
  title: cutShort(title, LABEL_LENGTH),
  components: fields.map(labelled),
});

function labelled(field: Field): APILabelComponent {
  const { label, description } = field;
  return {
    type: ComponentType.Label,
    label: cutShort(label, LABEL_LENGTH),
    ...(description ? { description: cutShort(description, DESCRIPTION_LENGTH) } : {}),
    component: componentOf(field),
  };
}

function componentOf(field: Field): APIComponentInLabel {
  const base = { custom_id: field.name, required: field.required ?? false };
  switch (field.type) {
    case 'text':
      return {
        ...base,
        type: ComponentType.TextInput,
        style: field.long ? TextInputStyle.Paragraph : TextInputStyle.Short,
        max_length: field.maxLength,
        ...(field.value === undefined ? {} : { value: field.value }),
      };
    case 'choice':
      return {
        ...base,
        type: ComponentType.RadioGroup,
        options: field.choices.map(({ value, label, chosen }) => ({
          value,
          label,
          ...(chosen ? { default: true } : {}),
        })),
      };
    case 'pick': {
      const one = { ...base, min_values: 0, max_values: 1 };
      return field.pick === 'member-or-role'
        ? { ...one, type: ComponentType.MentionableSelect }
        : { ...one, type: ComponentType.ChannelSelect, channel_types: [...LIMITABLE] };
    }
    case 'file':
      throw new TypeError(`the panel has no form with a file: ${field.name}`);
  }
}
