/** The two entries under a message's "Apps". Discord names them by their English text, whatever the member's language. */
import { wordsFor } from '../../../words/index.ts';

export type Menu = 'animate' | 'motion';
export const MENUS = ['animate', 'motion'] as const satisfies Menu[];

export const menuName = (menu: Menu, locale = 'en'): string => wordsFor(locale).t(`menu.${menu}`);

export const menuOf = (name: string): Menu | undefined => MENUS.find((menu) => menuName(menu) === name);
