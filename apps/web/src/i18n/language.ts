import { Store } from '../store.js';
import { en } from './en.js';
import { type Words } from './words.js';
import { zh } from './zh.js';

export type Language = 'en' | 'zh';

const KEY = 'storey.language';

/** The language of the site: the one chosen, else the browser's. */
export const language = new Store<Language>(chosen() ?? preferred());

language.subscribe(() => {
  localStorage.setItem(KEY, language.value);
  markDocument();
});
markDocument();

export const words = (): Words => (language.value === 'zh' ? zh : en);

export const switchLanguage = (): void => language.set(language.value === 'zh' ? 'en' : 'zh');

function chosen(): Language | null {
  const stored = localStorage.getItem(KEY);
  return stored === 'en' || stored === 'zh' ? stored : null;
}

function preferred(): Language {
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function markDocument(): void {
  document.documentElement.lang = language.value === 'zh' ? 'zh-Hans' : 'en';
}
