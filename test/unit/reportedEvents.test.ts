import type {
	ReportedEvent,
	StoredEvents,
} from '../../nodes/AlfaCrm/trigger/sources/changeLog/reportedEvents';
import { ReportedEvents } from '../../nodes/AlfaCrm/trigger/sources/changeLog/reportedEvents';

const LESSON = 501;
const OTHER_LESSON = 502;

/** Attendances with their keys of six characters. */
const ANNA: ReportedEvent = { key: 'anna01', lessonId: LESSON };
const OLEG: ReportedEvent = { key: 'oleg01', lessonId: LESSON };
const ANNA_IN_OTHER_LESSON: ReportedEvent = { key: 'anna02', lessonId: OTHER_LESSON };
/** An attendance for which the log names no lesson. */
const WITHOUT_LESSON: ReportedEvent = { key: 'noless' };

/** Makes the memory of a trigger that has reported nothing yet. */
function makeEmptyMemory(): ReportedEvents {
	return new ReportedEvents({ reported: '' });
}

/** Adds 3,000 attendances, each in its own lesson. The memory keeps the keys of the latest 3,000. */
function add3000Attendances(memory: ReportedEvents): void {
	for (let number = 1; number <= 3_000; number++) {
		memory.add({ key: makeKey(number), lessonId: 10_000 + number });
	}
}

/** Makes a key of six characters from a number below 900,000. */
function makeKey(number: number): string {
	return String(100_000 + number);
}

/** Writes the memory as n8n stores it between two polls. */
function storeMemory(memory: ReportedEvents): StoredEvents {
	return JSON.parse(JSON.stringify(memory.toStored())) as StoredEvents;
}

/** Stores the memory and reads it again, as happens between two polls. */
function storeAndReadMemory(memory: ReportedEvents): ReportedEvents {
	return new ReportedEvents(storeMemory(memory));
}

describe('The memory of reported attendances', () => {
	it('the memory still knows the lesson of an attendance after 3,000 later attendances', () => {
		const memory = makeEmptyMemory();
		memory.add(ANNA);
		add3000Attendances(memory);

		const memoryOfNextPoll = storeAndReadMemory(memory);

		expect(memoryOfNextPoll.has(ANNA)).toBe(true);
		expect(memoryOfNextPoll.has(ANNA_IN_OTHER_LESSON)).toBe(false);
	});

	it('the memory stores only the lesson of an attendance after 3,000 later attendances', () => {
		const memory = makeEmptyMemory();
		memory.add(ANNA);
		add3000Attendances(memory);

		const { olderLessons } = storeMemory(memory);

		expect(olderLessons).toBe('501');
	});

	it('the memory tells two customers of a lesson apart while their attendances are among the latest 3,000', () => {
		const memory = makeEmptyMemory();
		memory.add(ANNA);

		const memoryOfNextPoll = storeAndReadMemory(memory);

		expect(memoryOfNextPoll.has(OLEG)).toBe(false);
	});

	it('the memory stores a lesson once for all its attendances', () => {
		const memory = makeEmptyMemory();

		memory.add(ANNA);
		memory.add(OLEG);
		memory.add(ANNA_IN_OTHER_LESSON);

		expect(memory.toStored()).toEqual({
			reported: 'anna01oleg01anna02',
			// The first two attendances are in lesson 501, the last one is in lesson 502.
			lessons: '501*2,502',
			olderLessons: '',
		});
	});

	it('the memory forgets an attendance without a lesson after 3,000 later attendances', () => {
		const memory = makeEmptyMemory();
		memory.add(WITHOUT_LESSON);
		add3000Attendances(memory);

		const memoryOfNextPoll = storeAndReadMemory(memory);

		expect(memoryOfNextPoll.has(WITHOUT_LESSON)).toBe(false);
	});

	it('the memory counts an attendance without a lesson when it keeps the latest 3,000', () => {
		const memory = makeEmptyMemory();
		memory.add(WITHOUT_LESSON);
		memory.add(ANNA);
		add3000Attendances(memory);

		const { reported, olderLessons } = storeMemory(memory);

		const charactersOf3000Keys = 18_000;
		expect(reported).toHaveLength(charactersOf3000Keys);
		expect(olderLessons).toBe('501');
	});
});

describe('The memory that an older version of the package has stored, without lessons', () => {
	it('the memory of an older version knows its attendances by their keys', () => {
		const memory = new ReportedEvents({ reported: 'anna01oleg01' });

		expect(memory.has(OLEG)).toBe(true);
	});

	it('the memory of an older version forgets its attendances after 3,000 later ones, because it has not stored their lessons', () => {
		const memory = new ReportedEvents({ reported: 'anna01oleg01' });

		add3000Attendances(memory);

		expect(memory.has(OLEG)).toBe(false);
		expect(memory.toStored().olderLessons).toBe('');
	});
});

describe('The memory of 20,000 attendances in lessons with even IDs', () => {
	const LOWEST_LESSON = 10_002;
	/** The attendance in this lesson is the newest one whose key is forgotten. The next 3,000 have keys. */
	const LAST_LESSON_WITHOUT_KEYS = 44_000;
	const memory = makeEmptyMemory();

	beforeAll(() => {
		for (let number = 1; number <= 20_000; number++) {
			memory.add({ key: makeKey(number), lessonId: 10_000 + 2 * number });
		}
	});

	it('the memory of 20,000 attendances takes less than 60 kB', () => {
		expect(JSON.stringify(storeMemory(memory)).length).toBeLessThan(60_000);
	});

	it('the memory of 20,000 attendances has forgotten the lesson with the lowest ID', () => {
		const memoryOfNextPoll = storeAndReadMemory(memory);

		expect(memoryOfNextPoll.has({ key: 'unseen', lessonId: LOWEST_LESSON })).toBe(false);
	});

	it('the memory of 20,000 attendances still has the latest lesson whose keys are forgotten', () => {
		const memoryOfNextPoll = storeAndReadMemory(memory);

		expect(memoryOfNextPoll.has({ key: 'unseen', lessonId: LAST_LESSON_WITHOUT_KEYS })).toBe(true);
	});
});
