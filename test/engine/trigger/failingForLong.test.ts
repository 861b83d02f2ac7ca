import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { httpFailure } from '../support/direct';
import { between, range, World } from '../support/world';

afterEach(() => jest.restoreAllMocks());

const [HOUR, MOST_OF_A_DAY] = [60, 23 * 60];

/** From now on AlfaCRM fails to show some records of a list, whatever else is asked for. */
function damage(world: World, path: string, ...ids: number[]): void {
	between(world, async ({ url, body }, real) => {
		if (url.endsWith(`/${path}/index`) && ids.includes(Number(body?.id))) throw httpFailure(500);
		return await real();
	});
}
const mend = (world: World): void => between(world, async (_asked, real) => await real());

/** A year for each, since what fails is known to all triggers of n8n. */
let year = 2026;

const started = async (parameters: INodeParameters): Promise<World> => {
	const world = new World({ parameters, begin: `${year++}-02-10 09:00:00` });
	world.log();
	expect(await world.poller.tick()).toEqual([]);
	return world;
};

/** The poll fails for a day, during which what comes is not lost. */
async function waitADay(world: World, message: RegExp): Promise<void> {
	for (let passed = 0; passed <= MOST_OF_A_DAY; passed += HOUR) {
		await expect(world.poller.tick()).rejects.toThrow(message);
		world.pass(HOUR);
	}
}

describe('a customer that AlfaCRM fails to show', () => {
	const change = (world: World, entity_id: number) =>
		world.log({ values: { entity: 'Customer', entity_id } });

	it('holds up for a day what is changed after it, and nothing else', async () => {
		const world = await started({ event: 'customerUpdated', addNames: false });
		const ids = [1, 2, 3].map(() => world.customer());
		for (const id of ids) change(world, id);
		damage(world, 'customer', ids[1]);
		expect(await world.poller.tick()).toMatchObject([{ entity_id: ids[0], record: { id: ids[0] } }]);
		await waitADay(world, /could not get customer \d+ \(HTTP 500\)/);
		expect(await world.poller.tick()).toMatchObject([
			{ entity_id: ids[1], record: null, recordError: expect.stringMatching(/HTTP 500/) as string },
			{ entity_id: ids[2], record: { id: ids[2] } },
		]);
		change(world, ids[1]);
		world.pass(HOUR);
		expect(await world.poller.tick()).toMatchObject([{ entity_id: ids[1], record: null }]);
		expect(await world.poller.tick()).toEqual([]);

		mend(world);
		world.pass(HOUR);
		change(world, ids[1]);
		expect(await world.poller.tick()).toMatchObject([{ entity_id: ids[1], record: { id: ids[1] } }]);
		// From then on it is waited for anew.
		damage(world, 'customer', ids[1]);
		world.pass(HOUR);
		change(world, ids[1]);
		await expect(world.poller.tick()).rejects.toThrow('HTTP 500');
	});

	it('costs a day together with others, and the next one a day of its own again', async () => {
		const world = await started({ event: 'customerUpdated', addNames: false });
		const ids = range(1, 5).map(() => world.customer());
		for (const id of ids) change(world, id);
		damage(world, 'customer', ...ids.slice(1, 4));
		expect(await world.poller.tick()).toMatchObject([{ entity_id: ids[0], record: { id: ids[0] } }]);
		await waitADay(world, /HTTP 500/);
		expect(await world.poller.tick()).toMatchObject([{ entity_id: ids[1], record: null }]);
		await expect(world.poller.tick()).rejects.toThrow('HTTP 500');
		world.pass(10);
		expect(await world.poller.tick()).toMatchObject([{ entity_id: ids[2], record: null }]);
		// What fails for minutes is waited for all the same.
		await expect(world.poller.tick()).rejects.toThrow('HTTP 500');
		mend(world);
		expect(await world.poller.tick()).toMatchObject([
			{ entity_id: ids[3], record: { id: ids[3] } },
			{ entity_id: ids[4], record: { id: ids[4] } },
		]);

		const other = world.customer();
		damage(world, 'customer', other);
		world.pass(24 * HOUR);
		change(world, other);
		await waitADay(world, /HTTP 500/);
		expect(await world.poller.tick()).toMatchObject([{ entity_id: other, record: null }]);
	});

	it('does not count as failing since a failure of months ago', async () => {
		const world = await started({ event: 'customerUpdated', addNames: false });
		const id = world.customer();
		change(world, id);
		damage(world, 'customer', id);
		await expect(world.poller.tick()).rejects.toThrow('HTTP 500');
		world.pass(60 * 24 * HOUR);
		await waitADay(world, /HTTP 500/);
		expect(await world.poller.tick()).toMatchObject([{ entity_id: id, record: null }]);
	});

	it('is told with the reason where only its name is asked for', async () => {
		const world = await started({ event: 'customerArchived' });
		const ids = [1, 2].map(() => world.customer());
		for (const entity_id of ids)
			world.log({ values: { entity: 'Customer', entity_id, fields_old: {}, fields_new: { removed: 1 } } });
		damage(world, 'customer', ids[0]);
		await waitADay(world, /HTTP 500/);
		expect(await world.poller.tick()).toMatchObject([
			{ customer_id: ids[0], customer_error: expect.stringMatching(/HTTP 500/) as string },
			{ customer_id: ids[1] },
		]);
		expect(await world.poller.tick()).toEqual([]);
	});
});

describe.each([
	['customerAttended', 1],
	['customerMissed', 0],
])('%s: a lesson that AlfaCRM fails to show', (event, is_attend) => {
	const lesson = (world: World, customer_id: number): number => {
		const { store } = world.school;
		const times = { date: '2026-02-10', time_from: '2026-02-10 10:00:00' };
		const { id } = store.insert('lesson', { branch_id: 1, ...times, status: 3, customer_ids: [customer_id] });
		store.insert('lesson-details', { branch_id: 1, customer_id, lesson_id: id, is_attend });
		return id;
	};
	const completed = (world: World, entity_id: number) => {
		world.log({
			values: { entity: 'Lesson', entity_id, fields_old: { status: 1 }, fields_new: { status: 3 } },
		});
	};
	const attended = (world: World, lesson_id: number, customer_id: number) => {
		const fields_new = { customer_id, lesson_id, is_attend };
		world.log({ values: { entity: 'LessonDetails', entity_id: customer_id, event: 1, fields_new } });
	};
	const who = (items: IDataObject[]) => items.map(({ lesson_id, customer_id }) => [lesson_id, customer_id]);

	it('holds up the others for a day', async () => {
		const world = await started({ event, addNames: false });
		const pupils = [1, 2, 3].map(() => world.customer({ is_study: 1 }));
		const lessons = pupils.map((pupil) => lesson(world, pupil));
		for (const id of lessons) completed(world, id);
		damage(world, 'lesson', lessons[1]);
		expect(who(await world.poller.tick())).toEqual([[lessons[0], pupils[0]]]);
		await waitADay(world, /HTTP 500/);
		const items = await world.poller.tick();
		expect(who(items)).toEqual([
			[lessons[1], null],
			[lessons[2], pupils[2]],
		]);
		expect(items[0].lesson_error).toMatch(/HTTP 500/);
		expect(await world.poller.tick()).toEqual([]);
	});

	it('is told of each pupil by the log, after a day and no longer', async () => {
		const world = await started({ event, addNames: false });
		const pupils = [1, 2, 3].map(() => world.customer({ is_study: 1 }));
		const broken = lesson(world, pupils[0]);
		for (const pupil of pupils.slice(0, 2)) attended(world, broken, pupil);
		damage(world, 'lesson', broken);
		await waitADay(world, /HTTP 500/);
		const items = await world.poller.tick();
		expect(who(items)).toEqual(pupils.slice(0, 2).map((pupil) => [broken, pupil]));
		for (const { lesson_error } of items) expect(lesson_error).toMatch(/HTTP 500/);
		world.pass(HOUR);
		attended(world, broken, pupils[2]);
		expect(who(await world.poller.tick())).toEqual([[broken, pupils[2]]]);
		expect(await world.poller.tick()).toEqual([]);
	});
});
