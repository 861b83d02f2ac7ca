import { between, CUSTOMERS, LARGE, LOG, range, World } from '../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it.each([
	['customers', CUSTOMERS],
	['changes', LOG],
])('a first poll that is shown none of the %s that are counted does not begin', async (what, parameters) => {
	const world = new World({ settings: LARGE, parameters });
	const add = (ago: number) => (what === 'changes' ? world.log({ ago }) : world.customer({}, { ago }));
	range(1, 30).forEach((n) => add(31 - n));
	let isOdd = true;
	between(world, async (asked, real) => {
		const answer = await real();
		return isOdd && !asked.url.includes('branch/') ? { ...answer, items: [] } : answer;
	});
	await expect(world.poll()).rejects.toThrow('AlfaCRM sent an empty list when asked to');
	isOdd = false;
	expect(await world.poll()).toEqual([]);
	const id = add(0);
	expect(await world.polls(1, 5)).toEqual([id]);
});
