import { LitElement } from 'lit';
import { session } from './api/signed-in.js';
import { language } from './i18n/language.js';
import { Follow } from './store.js';

/**
 * An element of this site. It draws into the page itself, so that the one stylesheet, the browser's search and its
 * password manager see everything, and it follows the language and the session.
 */
export class View extends LitElement {
  constructor() {
    super();
    new Follow(this, language);
    new Follow(this, session);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
