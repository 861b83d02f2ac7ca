import { LOG, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const TIMELESS = ['', '0000-00-00 00:00:00', 'gestern', '10.02.2026 09:00:00'];
const NOTE = (count: number) =>
	`'AlfaCRM Trigger' cannot report ${count} entries of the change log: their time cannot be read`;

/** A trigger that has begun, with so many entries before it, so many minutes apart. */
async function begun(entries = 60, minutes = 20): Promise<World> {
	// Days that cannot be read are listed, too.
	const settings = { ...SMALL, ignoredFilters: ['log.date_from'] };
	const world = new World({ settings, parameters: LOG });
	for (let n = 0; n < entries; n++) {
		world.pass(minutes);
		world.log();
	}
	await world.poll();
	return world;
}

it.each(TIMELESS)(
	'entries whose time is %j are not reported, and the others are, each once',
	async (date_time) => {
		const world = await begun();
		const wanted: number[] = [];
		for (let round = 0; round < 40; round++) {
			world.pass(35);
			world.log({ values: { date_time } });
			wanted.push(world.log());
			await world.poll();
		}
		// Whole readings of days in which nothing else happens.
		await world.polls(5, 300);
		expect(world.out).toEqual(wanted);
		expect(world.poller.notes).toContain(NOTE(1));
		expect(world.poller.notes.length).toBeLessThanOrEqual(world.requests.length);
	},
);

it('a backlog comes in order where the last one of its first page is such an entry', async () => {
	const world = await begun();
	world.school.settings.total = 'missing';
	await world.polls(1, 5);
	const wanted: number[] = [];
	for (let n = 0; n < 45; n++) {
		const isOdd = n === 25;
		const id = world.log(isOdd ? { values: { date_time: 'gestern' } } : {});
		if (!isOdd) wanted.push(id);
	}
	expect(await world.polls(1, 5)).toEqual(wanted);
});

it('a backlog of days comes whole where some of its pages hold nothing else, in a busy account too', async () => {
	const world = await begun(2_300, 1);
	world.school.settings.total = 'missing';
	const wanted: number[] = [];
	for (let n = 0; n < 300; n++) {
		world.pass(20);
		const isOdd = n >= 100 && n < 140;
		const id = world.log(isOdd ? { values: { date_time: 'gestern' } } : {});
		if (!isOdd) wanted.push(id);
	}
	await world.polls(3, 5);
	expect(world.out).toEqual(wanted);
});

it('a log of which no time can be read fails the poll, and loses nothing once one can be', async () => {
	const world = await begun();
	const { store } = world.school;
	const before = store.rows('log').map(({ id, date_time }) => ({ id, date_time }));
	const change = (date_time?: string) => {
		for (const row of before) store.patch('log', row.id, { date_time: date_time ?? row.date_time });
	};
	change('10.02.2026');
	world.pass(5);
	await expect(world.poll()).rejects.toThrow(
		"AlfaCRM's change log shows no time that can be read, so nothing in it can be reported",
	);
	change();
	const wanted = range(world.entries + 1, world.entries + 2);
	await world.polls(2, 5, () => world.log());
	expect(world.out).toEqual(wanted);
});
