import { unavailable } from '@storey/errors';
import { runApp } from '@storey/service';
import { config, start } from '@storey/standalone';

/** The whole product; each SIGUSR2 takes the log away from all that append to it, or gives it back. */
await runApp(
  {
    name: 'log-switch',
    config,
    servesHttp: true,
    start: async (settings, platform) => {
      const { events } = platform.ports;
      const append = events.append.bind(events);
      let isAway = false;
      events.append = (topic, messages) =>
        isAway ? Promise.reject(unavailable('The log was taken away.')) : append(topic, messages);
      process.on('SIGUSR2', () => {
        isAway = !isAway;
        console.log(`the log is ${isAway ? 'away' : 'there'}`);
      });
      const product = await start(settings, platform);
      console.log(`Storey is at http://${settings.host}:${product.port}`);
      return product;
    },
  },
  process.env,
);
