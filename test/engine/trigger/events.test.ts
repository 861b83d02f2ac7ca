import { eventTypes } from '../../../nodes/AlfaCrm/entities/events';
import { localNow } from '../../../sandbox/model/clock';
import { defaultSettings } from '../../../sandbox/model/settings';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

const school = useSchool({ today: localNow(defaultSettings) });

describe('probe', () => {
	it.each(eventTypes.map(({ value }) => value))('%s', async (event) => {
		const poller = new Poller(school.engine, { event });
		const items = await poller.fetchTestEvent().catch((e) => [{ error: e.message }]);
		console.log(event, items.length, JSON.stringify(items[0], null, 1));
	});
});
