import { readFileSync } from 'node:fs';

/** The images of the stores, named once: in docker-compose.yml. */
const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');

/** @param {string} service its name in docker-compose.yml */
export function imageOf(service) {
  const image = new RegExp(`^ {2}${service}:\\n(?: {4}.*\\n)*? {4}image: (\\S+)`, 'm').exec(compose)?.[1];
  if (!image) throw new Error(`docker-compose.yml names no image of ${service}.`);
  return image;
}
