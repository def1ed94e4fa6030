/** @param service its name in docker-compose.yml */
export function imageOf(service: string): string;
