#!/usr/bin/env node
import { openEventLog } from '@storey/events';
import { TOPICS, isEmbedded, withSettings } from './stores.mjs';

/** `npm run topics`: makes the topics that are missing in the log of EVENTS_URL. Again it does nothing. Runs on the build. */
await withSettings('npm run topics', async ({ eventsUrl }) => {
  if (isEmbedded(eventsUrl)) {
    console.log('events: embedded, its topics are made by the apps that use them');
    return;
  }
  const events = await openEventLog(eventsUrl);
  try {
    await events.createTopics(TOPICS);
  } finally {
    await events.close();
  }
  console.log(`events: there is ${TOPICS.map(({ name }) => name).join(', ')}`);
});
