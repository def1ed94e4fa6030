import { html, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import './account/account-page.js';
import './account/bell.js';
import './account/sign-in-page.js';
import { session } from './api/signed-in.js';
import { avatar } from './avatar.js';
import './history/history-page.js';
import './home-page.js';
import { language, switchLanguage, words } from './i18n/language.js';
import { videoOf } from './player/videos.js';
import { followLocation, route, signInHref, type Route } from './router.js';
import { Follow } from './store.js';
import { View } from './view.js';
import './watch-page.js';

/** The frame around every page. */
export class App extends View {
  constructor() {
    super();
    new Follow(this, route);
  }

  protected override render(): TemplateResult {
    const t = words();
    const { page } = route.value;
    const current = (name: Route['page']): string => (page === name ? 'page' : 'false');
    document.title = this.#title();
    return html` <button class="skip" @click=${() => this.querySelector('main')?.focus()}>${t.skip}</button>
      <header class="top">
        <nav>
          <a class="brand" href="#/" aria-current=${current('home')}>Storey</a>
          <a href="#/history" data-testid="nav-history" aria-current=${current('history')}>${t.history}</a>
        </nav>
        <button
          class="plain"
          data-testid="language"
          title=${t.switchLanguage}
          aria-label=${t.switchLanguage}
          lang=${language.value === 'zh' ? 'en' : 'zh-Hans'}
          @click=${switchLanguage}
        >
          ${t.languageName}
        </button>
        ${this.#person()}
      </header>
      <main tabindex="-1">${this.#page(route.value)}</main>`;
  }

  #person(): TemplateResult {
    const t = words();
    const user = session.value?.user;
    return user === undefined
      ? html`<a class="button small" href=${signInHref(location.hash)} data-testid="nav-signin"
          >${t.signIn}</a
        >`
      : html`${keyed(user.id, html`<storey-bell></storey-bell>`)}
          <a
            class="me"
            href="#/account"
            data-testid="nav-account"
            title=${user.displayName}
            aria-label="${t.account}: ${user.displayName}"
            >${avatar(user)}</a
          >`;
  }

  #page(to: Route): TemplateResult {
    switch (to.page) {
      case 'home':
        return html`<storey-home></storey-home>`;
      case 'history':
        return html`<storey-history></storey-history>`;
      case 'account':
        return html`<storey-account></storey-account>`;
      case 'signin':
        return html`<storey-sign-in .back=${to.back}></storey-sign-in>`;
      case 'video': {
        const video = videoOf(to.oid);
        const page = html`<storey-watch .video=${video} .commentId=${to.commentId}></storey-watch>`;
        return video === undefined ? this.#missing() : html`${keyed(location.hash, page)}`;
      }
      case 'subject': {
        const page = html`<h1>${to.subject.type}/${to.subject.oid}</h1>
          <storey-comments .subject=${to.subject} .linkedId=${to.commentId}></storey-comments>`;
        return html`${keyed(location.hash, page)}`;
      }
      case 'missing':
        return this.#missing();
    }
  }

  #missing(): TemplateResult {
    const t = words();
    return html`<p class="empty">${t.missing}</p>
      <p class="center"><a class="button" href="#/">${t.goHome}</a></p>`;
  }

  #title(): string {
    const to = route.value;
    const video = to.page === 'video' ? videoOf(to.oid) : undefined;
    const own = video?.titles[language.value] ?? (to.page === 'history' ? words().history : null);
    return own === null ? 'Storey' : `${own} · Storey`;
  }
}

followLocation();
customElements.define('storey-app', App);
