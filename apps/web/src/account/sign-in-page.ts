import { html, type TemplateResult } from 'lit';
import { asProblem, type Problem } from '../api/problem.js';
import { words } from '../i18n/language.js';
import { advice } from '../i18n/problems.js';
import { View } from '../view.js';
import { enter, type Credentials } from './calls.js';

/** Signs in or creates an account, then leads back to where one came from. */
export class SignInPage extends View {
  static override properties = { back: { attribute: false } };

  declare back: string;
  #how: 'login' | 'register' = 'login';
  #busy = false;
  #problem: Problem | null = null;

  protected override render(): TemplateResult {
    const t = words();
    const isNew = this.#how === 'register';
    return html`<form class="panel" @submit=${(event: Event) => this.#submit(event)}>
      <h1>${isNew ? t.signUp : t.signIn}</h1>
      ${isNew ? this.#fieldsOfNew() : this.#fieldsOfKnown()}
      ${this.#problem && html`<p class="problem" role="alert">${advice(this.#problem)}</p>`}
      <button
        class="button wide"
        data-testid=${isNew ? 'signup-submit' : 'signin-submit'}
        ?disabled=${this.#busy}
      >
        ${isNew ? t.signUp : t.signIn}
      </button>
      <p class="quiet center">
        ${isNew ? t.knownHere : t.newHere}
        <button
          type="button"
          class="link"
          data-testid=${isNew ? 'signin-instead' : 'signup-instead'}
          @click=${() => this.#switch()}
        >
          ${isNew ? t.signIn : t.signUp}
        </button>
      </p>
    </form>`;
  }

  #fieldsOfKnown(): TemplateResult {
    const t = words();
    return html`
      <label
        >${t.username}
        <input
          name="username"
          data-testid="signin-username"
          autocomplete="username"
          required
          autocapitalize="none"
          spellcheck="false"
          maxlength="32"
        />
      </label>
      <label
        >${t.password}
        <input
          name="password"
          type="password"
          data-testid="signin-password"
          autocomplete="current-password"
          required
          maxlength="128"
        />
      </label>
    `;
  }

  #fieldsOfNew(): TemplateResult {
    const t = words();
    return html`
      <label
        >${t.username}
        <input
          name="username"
          data-testid="signup-username"
          autocomplete="username"
          required
          autocapitalize="none"
          spellcheck="false"
          minlength="3"
          maxlength="32"
          pattern="[A-Za-z0-9_]+"
          title=${t.usernameHint}
        />
        <small class="quiet">${t.usernameHint}</small>
      </label>
      <label
        >${t.displayName}
        <input name="displayName" data-testid="signup-display-name" autocomplete="nickname" maxlength="32" />
        <small class="quiet">${t.displayNameHint}</small>
      </label>
      <label
        >${t.password}
        <input
          name="password"
          type="password"
          data-testid="signup-password"
          autocomplete="new-password"
          required
          minlength="8"
          maxlength="128"
        />
        <small class="quiet">${t.passwordHint}</small>
      </label>
    `;
  }

  #switch(): void {
    this.#how = this.#how === 'login' ? 'register' : 'login';
    this.#problem = null;
    this.requestUpdate();
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    this.#busy = true;
    this.#problem = null;
    this.requestUpdate();
    try {
      await enter(this.#how, credentialsOf(fields));
      location.hash = this.back;
    } catch (error) {
      this.#problem = asProblem(error);
    } finally {
      this.#busy = false;
      this.requestUpdate();
    }
  }
}

function credentialsOf(fields: FormData): Credentials {
  const text = (name: string): string => String(fields.get(name) ?? '');
  const displayName = text('displayName').trim();
  return {
    username: text('username').trim(),
    password: text('password'),
    ...(displayName === '' ? {} : { displayName }),
  };
}

customElements.define('storey-sign-in', SignInPage);
