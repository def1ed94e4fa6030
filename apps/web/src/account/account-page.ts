import { html, nothing, type TemplateResult } from 'lit';
import { asProblem, type Problem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { avatar } from '../avatar.js';
import { words } from '../i18n/language.js';
import { advice } from '../i18n/problems.js';
import { signInHref } from '../router.js';
import { View } from '../view.js';
import { leave, rename } from './calls.js';

/** Who one is here: the name others see, and the way out. */
export class AccountPage extends View {
  #saved = false;
  #problem: Problem | null = null;

  protected override render(): TemplateResult {
    const t = words();
    const user = session.value?.user;
    if (user === undefined)
      return html`<h1>${t.account}</h1>
        <p class="empty">${t.signedOutAccount}</p>
        <p class="center"><a class="button" href=${signInHref('#/account')}>${t.signIn}</a></p>`;
    return html`<form class="panel" @submit=${(event: Event) => this.#rename(event)}>
      <header class="person">
        ${avatar(user)}
        <div>
          <h1>${user.displayName}</h1>
          <span class="quiet">@${user.username} · ${t.level(user.level)}</span>
        </div>
      </header>
      <label
        >${t.displayName}
        <input
          name="displayName"
          data-testid="account-display-name"
          required
          maxlength="32"
          .value=${user.displayName}
        />
        <small class="quiet">${t.displayNameHint}</small></label
      >
      ${this.#problem && html`<p class="problem" role="alert">${advice(this.#problem)}</p>`}
      <button class="button wide" data-testid="account-save">${t.save}</button>
      <p role="status" class="quiet center">${this.#saved ? t.saved : nothing}</p>
      <button type="button" class="plain wide" data-testid="signout" @click=${() => this.#leave()}>
        ${t.signOut}
      </button>
    </form>`;
  }

  #rename(event: Event): Promise<void> {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get('displayName')).trim();
    return this.#attempt(async () => {
      await rename(name);
      this.#saved = true;
    });
  }

  #leave(): Promise<void> {
    return this.#attempt(async () => {
      await leave();
      location.hash = '/';
    });
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.#saved = false;
    this.#problem = null;
    try {
      await work();
    } catch (error) {
      this.#problem = asProblem(error);
    }
    this.requestUpdate();
  }
}

customElements.define('storey-account', AccountPage);
