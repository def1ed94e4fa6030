import { html, svg, type TemplateResult } from 'lit';

const SHAPES = {
  play: svg`<path d="M8 5.5v13l11-6.5z" fill="currentColor" stroke="none" />`,
  pause: svg`<path d="M8.5 6v12M15.5 6v12" stroke-width="3" />`,
  again: svg`<path d="M5 12a7 7 0 1 0 2.2-5.1M5 4.5v4h4" />`,
  bell: svg`<path d="M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4" />`,
  like: svg`<path d="M7.5 10.5 11 4c1.7 0 2.5 1 2.3 2.6L12.9 9.5H18a2 2 0 0 1 2 2.3l-1.1 6A2 2 0 0 1 17 19.5H7.5zM7.5 10.5H4v9h3.5" />`,
  dislike: svg`<path d="M7.5 13.5 11 20c1.7 0 2.5-1 2.3-2.6l-.4-2.9H18a2 2 0 0 0 2-2.3l-1.1-6A2 2 0 0 0 17 4.5H7.5zM7.5 13.5H4v-9h3.5" />`,
  close: svg`<path d="m6.5 6.5 11 11M17.5 6.5l-11 11" />`,
} as const;

/** Decoration: the button around it carries the name. */
export const icon = (name: keyof typeof SHAPES): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;
