import { html, type TemplateResult } from 'lit';
import { clockTime } from '../i18n/clock-time.js';
import { language, words } from '../i18n/language.js';
import '../player/thumbnail.js';
import { type Video } from '../player/videos.js';
import { videoHref } from '../router.js';

/** A film's still with its title, and how far it was watched, in 0 … 1. */
export function videoCard(video: Video, watched: number | null, note: string): TemplateResult {
  const title = video.titles[language.value];
  return html`<a class="card" href=${videoHref(video.oid)} data-testid="video-card">
    <span class="still">
      <storey-thumbnail .video=${video}></storey-thumbnail>
      <span class="length" title=${words().duration(clockTime(video.duration))}
        >${clockTime(video.duration)}</span
      >
      ${watched === null ? '' : progressBar(watched)}
    </span>
    <strong>${title}</strong>
    <span class="quiet">${note}</span>
  </a>`;
}

export const progressBar = (watched: number): TemplateResult =>
  html`<span class="bar" style="--watched: ${Math.min(100, Math.max(0, watched * 100))}%"></span>`;
