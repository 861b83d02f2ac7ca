import fs from 'node:fs';
import path from 'node:path';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import { readJson, writeJson } from '../../../scripts/lib/json';
import { inRepo } from '../../../scripts/lib/paths';
import { LARGE_PAGES, PolledSchool } from '../support/polledSchool';

/**
 * The files hold the static data that each published version has left in people's workflows. Every later version goes on from it
 * without losing or repeating anything. CONTRIBUTING.md says what to do when the shape of a state changes.
 */
const FOLDER = inRepo('test', 'engine', 'trigger', 'states');

/** What a trigger reported until the package was updated, and what it must report afterwards. */
interface Story {
	/** The source of events, which names the file. */
	source: string;
	parameters: INodeParameters;
	/** The field of an item that names its record. */
	idField: 'customer_id' | 'id';
	/** Lets the trigger poll until the update. */
	live: (world: PolledSchool) => Promise<void>;
	/** Lets things happen during the update, and the time of the next poll come. */
	happen: (world: PolledSchool) => void;
	expectedIds: number[];
}

const LEAD = 0;
const CLIENT = 1;
const LOG_EVENT = { created: 1, updated: 2 };
const COMPLETED = 3;

function addClient(world: PolledSchool, id: number, values: JsonObject): void {
	world.addCustomer({ id, is_study: CLIENT, ...values });
}

function addLesson(world: PolledSchool, id: number, time: string, customerId: number): void {
	const lesson = { id, branch_id: 1, date: time.slice(0, 10), time_from: time, time_to: null, status: 1 };
	world.school.store.insert('lesson', { ...lesson, customer_ids: [customerId] });
}

/** Completes a lesson with one customer who was there, as AlfaCRM logs it. */
function completeLesson(world: PolledSchool, lessonId: number, customerId: number): void {
	const details = { id: lessonId * 10, lesson_id: lessonId, customer_id: customerId, is_attend: 1 };
	world.school.store.insert('lesson', { id: lessonId, branch_id: 1, date: '2026-02-10', status: COMPLETED });
	world.school.store.insert('lesson-details', { ...details, branch_id: 1 });
	logAttendance(world, details, LOG_EVENT.created);
}

function logAttendance(world: PolledSchool, { id, ...details }: JsonObject, event: number): void {
	world.addLogEntry({ values: { entity: 'LessonDetails', entity_id: id, event, fields_new: details } });
}

const stories: Story[] = [
	{
		source: 'newRecords',
		parameters: { event: 'customerCreated', is_study: LEAD, options: { startWith: 5 } },
		idField: 'id',
		live: async (world) => {
			world.addCustomer({ id: 101 }, { ago: 60 });
			await world.poll();
			world.passMinutes(5);
			world.addCustomer({ id: 102 });
			world.addCustomer({ id: 103, is_study: CLIENT });
			await world.poll();
		},
		happen: (world) => {
			world.passMinutes(5);
			// The client becomes a lead soon after its creation, and so gets into the filter.
			world.school.store.patch('customer', 103, { is_study: LEAD });
			world.addCustomer({ id: 104 });
		},
		expectedIds: [103, 104],
	},
	{
		source: 'changeLog',
		parameters: { event: 'recordChanged', fetchRecord: false, options: { startWith: 5 } },
		idField: 'id',
		live: async (world) => {
			world.addLogEntry({ values: { entity_id: 201 }, ago: 10 });
			await world.poll();
			world.passMinutes(5);
			world.addLogEntry({ values: { entity_id: 202 } });
			await world.poll();
		},
		happen: (world) => {
			world.addLogEntry({ values: { entity_id: 203 } });
			world.passMinutes(5);
			world.addLogEntry({ values: { entity_id: 204 } });
		},
		expectedIds: [203, 204],
	},
	{
		source: 'derivedEvents',
		parameters: { event: 'customerAttended', simplify: false, options: { startWith: 5 } },
		idField: 'customer_id',
		live: async (world) => {
			addClient(world, 301, {});
			addClient(world, 302, {});
			completeLesson(world, 31, 301);
			await world.poll();
			world.passMinutes(5);
			completeLesson(world, 32, 301);
			await world.poll();
		},
		happen: (world) => {
			world.passMinutes(5);
			// The first two lessons are completed again.
			for (const lesson_id of [31, 32]) {
				const details = { id: lesson_id * 10, lesson_id, customer_id: 301, is_attend: 1 };
				logAttendance(world, details, LOG_EVENT.updated);
			}
			completeLesson(world, 33, 302);
		},
		expectedIds: [302],
	},
	{
		source: 'dueDays',
		parameters: { event: 'customerBirthday' },
		idField: 'id',
		live: async (world) => {
			addClient(world, 401, { dob: '10.02.2015' });
			addClient(world, 402, { dob: '11.02.2015' });
			addClient(world, 403, { dob: '12.02.2015' });
			await world.poll();
			await world.pollRepeatedly(1, 24 * 60);
		},
		happen: (world) => world.passMinutes(24 * 60),
		expectedIds: [403],
	},
	{
		source: 'dueLevels',
		parameters: { event: 'inDebt', options: { firstPoll: 'due' } },
		idField: 'id',
		live: async (world) => {
			addClient(world, 501, { balance: '-100.00' });
			addClient(world, 502, { balance: '0.00' });
			addClient(world, 503, { balance: '0.00' });
			await world.poll();
			world.school.store.patch('customer', 502, { balance: '-50.00' });
			await world.pollRepeatedly(1, 61);
		},
		happen: (world) => {
			world.school.store.patch('customer', 503, { balance: '-0.50' });
			world.passMinutes(61);
		},
		expectedIds: [503],
	},
	{
		source: 'comingLessons',
		parameters: { event: 'lessonComingUp' },
		idField: 'customer_id',
		live: async (world) => {
			for (const id of [601, 602, 603]) addClient(world, id, {});
			addLesson(world, 61, '2026-02-11 11:00:00', 601);
			addLesson(world, 62, '2026-02-11 12:30:00', 602);
			addLesson(world, 63, '2026-02-11 13:30:00', 603);
			await world.poll();
			await world.pollRepeatedly(1, 35);
		},
		happen: (world) => world.passMinutes(60),
		expectedIds: [603],
	},
];

async function startStory({ parameters, live }: Story): Promise<PolledSchool> {
	const world = new PolledSchool({ settings: LARGE_PAGES, parameters });
	await live(world);
	return world;
}

async function pollIds(world: PolledSchool, { idField }: Story): Promise<number[]> {
	const items = await world.poller.poll();
	return items.map((item) => Number(item[idField]));
}

const fileOf = (version: string, { source }: Story): string => path.join(FOLDER, version, `${source}.json`);

/** The version whose states are to be written, if any. */
const { WRITE_STATES: versionToWrite } = process.env;

if (versionToWrite !== undefined) {
	it.each(stories)('writes the state of this version: $source', async (story) => {
		const world = await startStory(story);
		fs.mkdirSync(path.join(FOLDER, versionToWrite), { recursive: true });
		writeJson(fileOf(versionToWrite, story), world.poller.staticData);
	});
}

const versions = fs.readdirSync(FOLDER).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
const newestVersion = versions[versions.length - 1];

afterEach(() => jest.restoreAllMocks());

describe.each(versions)('a trigger whose state was stored by version %s', (version) => {
	const knownStories = stories.filter((story) => fs.existsSync(fileOf(version, story)));

	it.each(knownStories)('reports what is new once, and nothing else: $source', async (story) => {
		const world = await startStory(story);
		world.poller.restartWith(readJson<IDataObject>(fileOf(version, story)));

		story.happen(world);
		const reportedIds = await pollIds(world, story);
		world.passMinutes(61);
		const reportedLater = await pollIds(world, story);

		expect(reportedIds).toEqual(story.expectedIds);
		expect(reportedLater).toEqual([]);
		expect(world.poller.logLines).toEqual([]);
	});
});

describe('a trigger of this version', () => {
	it.each(stories)('stores what the newest files hold: $source', async (story) => {
		const world = await startStory(story);

		expect(world.poller.staticData).toEqual(readJson<IDataObject>(fileOf(newestVersion, story)));
	});
});

/** Replaces the state in both places where the static data hold it. */
function replaceState(staticData: IDataObject, makeState: (state: IDataObject) => unknown): IDataObject {
	const { global, ...ofNodes } = structuredClone(staticData) as Record<string, Record<string, unknown>>;
	const places = [...Object.values(ofNodes), ...Object.values(global)] as IDataObject[];
	for (const place of places) place.state = makeState(place.state as IDataObject) as IDataObject;
	return { ...ofNodes, global } as IDataObject;
}

const newestState = (story: Story): IDataObject => readJson<IDataObject>(fileOf(newestVersion, story));

describe('a trigger whose state another version has stored in a shape of its own', () => {
	describe.each([7, 9])('of version %i,', (version) => {
		it.each(stories)('reports nothing old and says why: $source', async (story) => {
			const world = await startStory(story);
			const foreignState = replaceState(newestState(story), (state) => ({
				...state,
				version,
				known: { inAnotherShape: true },
			}));
			world.poller.restartWith(foreignState);

			const reportedIds = await pollIds(world, story);
			world.passMinutes(5);
			const reportedLater = await pollIds(world, story);

			expect([reportedIds, reportedLater]).toEqual([[], []]);
			expect(world.poller.logLines).toEqual([
				`'AlfaCRM Trigger' cannot go on from what it remembers, so it reports only what happens from now on. Its state was stored by another version of this package: it has version ${version}, and this package reads version 8.`,
			]);
		});
	});

	it('reports what happens from then on', async () => {
		const [story] = stories.filter(({ source }) => source === 'dueLevels');
		const world = await startStory(story);
		world.poller.restartWith(replaceState(newestState(story), (state) => ({ ...state, version: 9 })));
		expect(await pollIds(world, story)).toEqual([]);

		story.happen(world);

		expect(await pollIds(world, story)).toEqual([503]);
	});

	it('reports nothing old of a branch either that can be read only later', async () => {
		const [story] = stories.filter(({ source }) => source === 'dueLevels');
		const world = await startStory(story);
		world.school.store.insert('branch', { id: 2, name: 'Второй', is_active: 1 });
		world.addCustomer({ id: 504, is_study: CLIENT, branch_ids: [2], balance: '-70.00' });
		world.changeBranch(2, 'forbidden');
		world.poller.restartWith(replaceState(newestState(story), (state) => ({ ...state, version: 9 })));
		await world.pollRepeatedly(1, 61);

		world.changeBranch(2, 'allowed');

		expect(await world.pollRepeatedly(2, 61)).toEqual([]);
	});
});

describe('a trigger whose state is broken', () => {
	const [debts] = stories.filter(({ source }) => source === 'dueLevels');
	const broken = (problem: string) =>
		`'AlfaCRM Trigger' cannot go on from what it remembers, so it reports only what happens from now on. Its state is broken: ${problem}.`;

	it.each<[what: string, makeState: (state: IDataObject) => unknown, problem: string]>([
		['is a text', () => 'garbage', 'state is not an object'],
		['is null', () => null, 'state is not an object'],
		['is a list', () => [1, 2], 'state is not an object'],
		['is empty', () => ({}), 'state.version is not a number'],
		['has no time', (state) => ({ ...state, savedAt: undefined }), 'state.savedAt is not a number'],
		['holds nothing', (state) => ({ ...state, known: undefined }), 'state.known is not an object'],
		['holds null', (state) => ({ ...state, known: null }), 'state.known is not an object'],
		[
			'holds branches that are no numbers',
			(state) => ({ ...state, branches: ['1'] }),
			'state.branches[0] is not a number',
		],
		[
			'holds a value of a wrong type',
			(state) => ({ ...state, known: { ...(state.known as IDataObject), branches: { 1: { day: 'x' } } } }),
			'state.known.branches.1.day is not a number',
		],
	])('and %s reports nothing old and says what is broken', async (_what, makeState, problem) => {
		const world = await startStory(debts);
		world.poller.restartWith(replaceState(newestState(debts), makeState));

		expect(await pollIds(world, debts)).toEqual([]);
		expect(world.poller.logLines).toEqual([broken(problem)]);
		debts.happen(world);
		expect(await pollIds(world, debts)).toEqual([503]);
	});

	it.each(stories)('says so instead of failing, whatever it watches: $source', async (story) => {
		const world = await startStory(story);
		world.poller.restartWith(replaceState(newestState(story), (state) => ({ ...state, known: {} })));

		expect(await pollIds(world, story)).toEqual([]);
		expect(world.poller.logLines).toEqual([expect.stringContaining('Its state is broken: state.known.')]);
	});

	it('goes on from the sound place if its state is broken in the other one', async () => {
		const world = await startStory(debts);
		const staticData = newestState(debts);
		staticData.global = { 'AlfaCRM Trigger trigger': { state: 'garbage' } };
		world.poller.restartWith(staticData);

		debts.happen(world);

		expect(await pollIds(world, debts)).toEqual([503]);
		expect(world.poller.logLines).toEqual([]);
	});
});
