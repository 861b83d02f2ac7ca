import type { Settings } from '../../../../sandbox/model/settings';
import { between, CUSTOMERS, LARGE, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

/** In which order lists come: the place of each row, the newest having place 0. */
function inOrder(world: World, order: (count: number) => (place: number) => number): void {
	Object.assign((world.school as unknown as { lister: object }).lister, { order });
}

const oldestFirst = (count: number) => (place: number) => count - 1 - place;
/** Far apart from where their age would have them. */
const mixed = (count: number) => (place: number) => (place * 1_009) % count;

describe('the trigger begins over several polls', () => {
	const begun = (settings: Partial<Settings> = SMALL, isDurable = false): World => {
		const world = new World({ settings, branches: 2, parameters: CUSTOMERS, poller: { isDurable } });
		range(1, 3_000).forEach(() => world.customer({ branch_ids: [2] }, { ago: 60 }));
		world.customer();
		return world;
	};

	it.each([false, true])(
		'a lead of another branch comes meanwhile (durable: %j)',
		async (isDurable) => {
			const world = begun(SMALL, isDurable);
			await world.poll();
			world.pass(5);
			const lead = world.customer();
			await world.polls(20, 5);
			expect(world.out).toEqual([lead]);
		},
		100_000,
	);

	it('a lead of the same branch comes meanwhile, lists have the oldest first', async () => {
		const world = begun();
		inOrder(world, oldestFirst);
		await world.poll();
		world.pass(5);
		const lead = world.customer({ branch_ids: [2] });
		await world.polls(20, 5);
		expect(world.out).toEqual([lead]);
	}, 100_000);

	it.each([
		['the oldest first', oldestFirst, 'present'],
		['the oldest first', oldestFirst, 'missing'],
		['in no order', mixed, 'present'],
		['in no order', mixed, 'missing'],
	] as const)(
		'lists come %s, %#: nothing that was there is news',
		async (_how, order, total) => {
			const world = begun({ ...SMALL, total });
			inOrder(world, order);
			await world.polls(12, 5);
			const lead = world.customer();
			await world.polls(12, 5);
			expect(world.out).toEqual([lead]);
		},
		100_000,
	);

	it('a lead comes days later while n8n is off, nothing was reported before', async () => {
		const world = begun();
		await world.polls(5, 5);
		expect(world.poller.hasBegun).toBe(true);
		await world.polls(6, 12 * 60);
		const lead = world.customer();
		world.pass(60);
		world.poller.restart();
		await world.polls(20, 5);
		expect(world.out).toEqual([lead]);
	}, 100_000);
});

describe('nothing can be seen when the trigger begins', () => {
	const full = (): World => {
		const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
		range(1, 50).forEach((n) => world.customer({ branch_ids: [2] }, { ago: DAY * (51 - n) }));
		return world;
	};

	it('no branch is active', async () => {
		const world = full();
		world.branch(1, 'closed');
		world.branch(2, 'closed');
		await world.poll();
		world.branch(2, 'open');
		await world.polls(30, 5);
		expect(world.out.length).toBe(0);
	});

	it('this user is shown no branch', async () => {
		const world = full();
		let isShown = false;
		between(world, async (asked, real) =>
			isShown || !asked.url.includes('branch/index') ? await real() : { total: 0, items: [] },
		);
		await expect(world.poll()).rejects.toThrow('AlfaCRM returned no branches');
		isShown = true;
		await world.polls(30, 5);
		expect(world.out.length).toBe(0);
	});

	it('a branch is closed, the newest of the others is older', async () => {
		const world = full();
		world.branch(2, 'closed');
		await world.polls(3, 60);
		world.branch(2, 'open');
		await world.polls(3, 60);
		expect(world.out.length).toBe(0);
	});

	it('one branch is empty, the other forbidden', async () => {
		const world = full();
		world.branch(2, 'forbidden');
		await world.poll();
		world.branch(2, 'allowed');
		await world.polls(3, 5);
		// They may be newer than the beginning, as far as clocks and zones tell.
		expect(world.out).toEqual([48, 49, 50]);
	});
});

it('totals that count one more than there is do not make the search for the first day long', async () => {
	const world = new World({ settings: { ...LARGE, total: 'oneTooHigh' }, parameters: CUSTOMERS });
	await world.poll();
	expect(world.requests[0]).toBeLessThan(40);
	await world.polls(1, 5, () => world.customer());
	expect(world.out).toEqual([1]);
});
