import type { Settings } from '../../../../sandbox';
import { between, LARGE, LOG, range, SMALL, World } from '../../support/world';

afterEach(() => jest.restoreAllMocks());

const OFF_MINUTES = 6 * 24 * 60;

// The first request asks for the first page, of which an empty answer is another matter.
const cases: Array<[string, Partial<Settings>, changes: number, most: number]> = [
	...range(4, 19).map(
		(at) => [`pages of 20, request ${at}`, SMALL, 200, at] as [string, object, number, number],
	),
	...[4, 5, 17].map(
		(at) => [`pages of 500, request ${at}`, LARGE, 3_000, at] as [string, object, number, number],
	),
];

/** A log of 30 changes, and of so many more after days off. */
async function daysOff(settings: Partial<Settings>, changes: number) {
	const world = new World({ settings, parameters: LOG });
	range(1, 30).forEach(() => {
		world.pass(10);
		world.log();
	});
	await world.poll();
	const made = range(1, changes).map(() => {
		world.pass(OFF_MINUTES / changes);
		return world.log();
	});
	return { world, made };
}

it.each(cases)(
	'one page comes empty after days off, though the total says that it is not: %s',
	async (_what, settings, changes, at) => {
		const { world, made } = await daysOff(settings, changes);
		let requests = 0;
		between(world, async ({ url, body }, real) => {
			const answer = await real();
			if (!url.endsWith('/log/index') || ++requests !== at || body?.page === 0) return answer;
			return { ...answer, items: [], count: 0 };
		});
		await world.polls(12, 5);
		await world.polls(3, 61);
		expect(world.out).toEqual(made);
	},
);

/** Days off, after which a page of the log comes empty as often as it is asked for. */
async function afterDaysOff(
	settings: Partial<Settings>,
	changes: number,
	isEmpty: (page: number) => boolean,
) {
	const { world, made } = await daysOff(settings, changes);
	let isDown = true;
	between(world, async ({ url, body }, real) => {
		const answer = await real();
		const isIt = url.endsWith('/log/index') && isDown && isEmpty(Number(body?.page));
		return isIt ? { ...answer, items: [], count: 0 } : answer;
	});
	return { world, made, mend: () => void (isDown = false) };
}

it.each([
	['of 20', SMALL, 200, 3],
	['of 20', SMALL, 200, 9],
	['of 500', LARGE, 3_000, 2],
] as const)(
	'pages %s: one that stays empty for some minutes loses nothing',
	async (_what, settings, changes, at) => {
		const { world, made, mend } = await afterDaysOff(settings, changes, (page) => page >= at);
		for (const minutes of [5, 10, 15]) {
			world.pass(minutes);
			await expect(world.poll()).rejects.toThrow(
				'AlfaCRM sent an empty list when asked to read the change log',
			);
		}
		mend();
		await world.polls(12, 5);
		await world.polls(3, 61);
		expect(world.out).toEqual(made);
	},
);

it('a total that is too high for ever holds up nothing for longer than an hour', async () => {
	const world = new World({ settings: SMALL, parameters: LOG });
	world.school.totalOff = 100;
	for (let n = 0; n < 30; n++) {
		world.pass(10);
		world.log();
	}
	await world.poll();
	// The last page is full then.
	const made = range(1, 70).map(() => {
		world.pass(1);
		return world.log();
	});
	let failed = 0;
	for (let polls = 0; polls < 8; polls++) {
		world.pass(10);
		await world.poll().catch(() => failed++);
	}
	expect(failed).toBeLessThan(8);
	expect(world.out).toEqual(made);
	// As long as it is not full, that is no question.
	const more = range(1, 65).map(() => {
		world.pass(30);
		return world.log();
	});
	await world.polls(2, 5);
	expect(world.out).toEqual([...made, ...more]);
});

it.each([
	['of 20', SMALL],
	['of 500', LARGE],
])('a total that counts all there ever was holds up nothing, pages %s', async (_what, settings) => {
	const world = new World({ settings, parameters: LOG });
	world.school.totalOff = 5_000;
	range(1, 33).forEach(() => {
		world.pass(10);
		world.log();
	});
	expect(await world.poll()).toEqual([]);
	const made = range(1, 64).map(() => {
		world.pass(10);
		return world.log();
	});
	await world.polls(3, 61);
	expect(world.out).toEqual(made);
});
