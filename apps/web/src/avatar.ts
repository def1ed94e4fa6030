import { html, type TemplateResult } from 'lit';

/** Initials on a colour of the person's own: pictures of other hosts are not let in. */
export function avatar(person: { readonly id: string; readonly displayName: string } | null): TemplateResult {
  const name = person?.displayName.trim() ?? '';
  const initial = [...name][0]?.toUpperCase() ?? '·';
  return html`<span class="avatar" style="--hue: ${hueOf(person?.id ?? '')}" aria-hidden="true"
    >${initial}</span
  >`;
}

function hueOf(id: string): number {
  let hash = 7;
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) % 360_360;
  // By the golden angle, so that neighbouring ids lie far apart.
  return Math.round(hash * 137.508) % 360;
}
