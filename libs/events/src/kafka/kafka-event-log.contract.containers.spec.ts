import { describeEventLog } from '../event-log.contract.js';
import { KafkaBench } from '../../test/kafka-bench.js';

describeEventLog(
  'kafka',
  async () => {
    const bench = new KafkaBench();
    return {
      networked: true,
      open: (options) => bench.open(bench.url, options),
      dispose: () => bench.clean(),
    };
  },
  {
    except: {
      'cuts what is old, but never past the slowest group, and uses no offset twice':
        'a broker cuts by age and segment alone, at its own time',
    },
  },
);
