import type { StoredEvents } from '../../nodes/AlfaCrm/trigger/sources/changeLog/reportedEvents';
import { ReportedEvents } from '../../nodes/AlfaCrm/trigger/sources/changeLog/reportedEvents';

const LESSON = 501;
const OTHER_LESSON = 502;

/** Makes the memory of a trigger that has reported nothing yet. */
function makeEmptyMemory(): ReportedEvents {
	return new ReportedEvents({ reported: '' });
}

/** Adds 3,000 events, of which each has a lesson of its own: those with the IDs from 10,001 on. */
function add3000Events(events: ReportedEvents): void {
	for (let number = 1; number <= 3_000; number++) {
		events.add({ key: makeKey(number), lessonId: 10_000 + number });
	}
}

/** Makes one of many keys. A key has six characters. */
function makeKey(number: number): string {
	return String(100_000 + number);
}

/** Writes the events as they are stored between two polls. */
function storeEvents(events: ReportedEvents): StoredEvents {
	return JSON.parse(JSON.stringify(events.toStored())) as StoredEvents;
}

/** Stores the events and reads them again, as happens between two polls. */
function storeAndReadEvents(events: ReportedEvents): ReportedEvents {
	return new ReportedEvents(storeEvents(events));
}

describe('The memory of reported attendances', () => {
	it('the memory knows an attendance after 3,000 later ones by its lesson', () => {
		const events = makeEmptyMemory();
		events.add({ key: 'anna01', lessonId: LESSON });
		add3000Events(events);

		const storedAndRead = storeAndReadEvents(events);

		expect(storedAndRead.has({ key: 'anna01', lessonId: LESSON })).toBe(true);
		expect(storedAndRead.has({ key: 'anna02', lessonId: OTHER_LESSON })).toBe(false);
	});

	it('the memory stores the lesson of an attendance that has lost its key to 3,000 later ones', () => {
		const events = makeEmptyMemory();
		events.add({ key: 'anna01', lessonId: LESSON });
		add3000Events(events);

		const { olderLessons } = storeEvents(events);

		expect(olderLessons).toBe('501');
	});

	it('the memory does not know another customer of a lesson that is among the latest 3,000 attendances', () => {
		const events = makeEmptyMemory();
		events.add({ key: 'anna01', lessonId: LESSON });

		const storedAndRead = storeAndReadEvents(events);

		expect(storedAndRead.has({ key: 'oleg01', lessonId: LESSON })).toBe(false);
	});

	it('the memory stores the lesson of several attendances once', () => {
		const events = makeEmptyMemory();

		events.add({ key: 'anna01', lessonId: LESSON });
		events.add({ key: 'oleg01', lessonId: LESSON });
		events.add({ key: 'anna02', lessonId: OTHER_LESSON });

		expect(events.toStored()).toEqual({
			reported: 'anna01oleg01anna02',
			lessons: '501*2,502',
			olderLessons: '',
		});
	});

	it('the memory forgets an attendance without a lesson after 3,000 later ones', () => {
		const events = makeEmptyMemory();
		events.add({ key: 'noname' });
		add3000Events(events);

		const storedAndRead = storeAndReadEvents(events);

		expect(storedAndRead.has({ key: 'noname' })).toBe(false);
	});

	it('the memory counts an attendance without a lesson among the latest 3,000', () => {
		const events = makeEmptyMemory();
		events.add({ key: 'noname' });
		events.add({ key: 'anna01', lessonId: LESSON });
		add3000Events(events);

		const { reported, olderLessons } = storeEvents(events);

		expect(reported).toHaveLength(18_000);
		expect(olderLessons).toBe('501');
	});
});

describe('The memory that an older version has stored, without lessons', () => {
	it('the memory of an older version knows its attendances', () => {
		const events = new ReportedEvents({ reported: 'anna01oleg01' });

		expect(events.has({ key: 'oleg01', lessonId: LESSON })).toBe(true);
	});

	it('the memory of an older version forgets its attendances first, and stores no lesson for them', () => {
		const events = new ReportedEvents({ reported: 'anna01oleg01' });

		add3000Events(events);

		expect(events.has({ key: 'oleg01', lessonId: LESSON })).toBe(false);
		expect(events.toStored().olderLessons).toBe('');
	});
});

describe('The memory of 20,000 attendances in lessons with even IDs', () => {
	const events = makeEmptyMemory();

	beforeAll(() => {
		for (let number = 1; number <= 20_000; number++) {
			events.add({ key: makeKey(number), lessonId: 10_000 + 2 * number });
		}
	});

	it('the memory of 20,000 attendances takes less than 60 kB', () => {
		expect(JSON.stringify(storeEvents(events)).length).toBeLessThan(60_000);
	});

	it('the memory of 20,000 attendances has forgotten the lesson with the lowest ID', () => {
		expect(storeAndReadEvents(events).has({ key: 'unseen', lessonId: 10_002 })).toBe(false);
	});

	it('the memory of 20,000 attendances still has the lessons with the highest IDs of which the keys are forgotten', () => {
		expect(storeAndReadEvents(events).has({ key: 'unseen', lessonId: 44_000 })).toBe(true);
	});
});
