import { CUSTOMERS, LARGE, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

it.each([3, 5])('IDs that do not grow with creation: the newest %d to begin with', async (startWith) => {
	const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, options: { startWith } } });
	// One a day; those of the last three days grow by chance.
	const given = [50, 12, 99, 31, 77, 5, 64, 20, 41, 60];
	given.forEach((id, n) => world.customer({ id }, { ago: (given.length - n) * DAY }));
	await world.poll();
	expect(world.out).toEqual(given.slice(-startWith));
});

describe('a stamp eight days ahead', () => {
	it.each([
		['there before the trigger began: it never comes', true],
		['new: it comes once', false],
	])('%s', async (_name, isOld) => {
		const world = new World({ settings: LARGE, parameters: CUSTOMERS });
		const add = () => world.customer({}, { ago: -8 * DAY });
		world.customer();
		if (isOld) add();
		world.customer();
		await world.poll();
		const ids = isOld ? [] : [add()];
		for (let n = 0; n < 15; n++) {
			ids.push(world.customer());
			await world.polls(4, 6 * 60);
		}
		expect([...world.out].sort((a, b) => a - b)).toEqual(ids);
	});
});
