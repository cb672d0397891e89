/** Forms as Discord opens them over the chat. */
import {
  type APIComponentInLabel,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from 'discord.js';
import { cutShort } from '../../core/text.ts';
import { actionId, type Field, type Form } from '../page.ts';
import { LIMITABLE } from './channel-types.ts';

/** Developer docs, components/reference, 2026-11-21: 45 letters for a title or a label, 100 for a description. */
const LABEL_LENGTH = 45;
const DESCRIPTION_LENGTH = 100;

/** Only names are looked at; moving pictures are clips too. */
const FILE_TYPES = { image: ['image'], clip: ['video', '.gif', '.webp'] };

export const modalOf = ({ action, title, fields }: Form): APIModalInteractionResponseCallbackData => ({
  custom_id: actionId(action),
  title: cutShort(title, LABEL_LENGTH),
  components: fields.map(
    (field): APILabelComponent => ({
      type: ComponentType.Label,
      label: cutShort(field.label, LABEL_LENGTH),
      ...(field.description ? { description: cutShort(field.description, DESCRIPTION_LENGTH) } : {}),
      component: inputOf(field),
    }),
  ),
});

function inputOf(field: Field): APIComponentInLabel {
  const { name: custom_id, required = false } = field;
  switch (field.type) {
    case 'text':
      return {
        type: ComponentType.TextInput,
        custom_id,
        style: field.long ? TextInputStyle.Paragraph : TextInputStyle.Short,
        max_length: field.maxLength,
        required,
        ...(field.value === undefined ? {} : { value: field.value }),
      };
    case 'choice':
      return {
        type: ComponentType.RadioGroup,
        custom_id,
        required,
        options: field.choices.map(({ value, label, chosen }) => ({
          value,
          label,
          ...(chosen === undefined ? {} : { default: chosen }),
        })),
      };
    case 'pick': {
      const one = { custom_id, required, min_values: required ? 1 : 0, max_values: 1 };
      return field.pick === 'member-or-role'
        ? { type: ComponentType.MentionableSelect, ...one }
        : { type: ComponentType.ChannelSelect, ...one, channel_types: [...LIMITABLE] };
    }
    case 'file':
      return {
        type: ComponentType.FileUpload,
        custom_id,
        min_values: required ? 1 : 0,
        max_values: 1,
        required,
        file_types: FILE_TYPES[field.accepts],
      } as APIComponentInLabel;
  }
}
