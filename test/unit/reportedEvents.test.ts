import type { StoredEvents } from '../../nodes/AlfaCrm/trigger/sources/changeLog/reportedEvents';
import { ReportedEvents } from '../../nodes/AlfaCrm/trigger/sources/changeLog/reportedEvents';

/** Keys have six characters. */
const keyOf = (number: number): string => String(100_000 + number);

/**
 * Adds as many events as are known by a key, each of a lesson of its own that begins with 10,001.
 */
function addLaterEvents(events: ReportedEvents): void {
	for (let number = 1; number <= 3_000; number++) {
		events.add({ key: keyOf(number), lessonId: 10_000 + number });
	}
}

/** Stores the events and reads them again, as between two polls. */
function storeAndRead(events: ReportedEvents): { stored: StoredEvents; events: ReportedEvents } {
	const stored = JSON.parse(JSON.stringify(events.toStored())) as StoredEvents;
	return { stored, events: new ReportedEvents(stored) };
}

it('an attendance is known after 3,000 later ones by its lesson', () => {
	const events = new ReportedEvents({ reported: '' });
	events.add({ key: 'first!', lessonId: 501 });

	addLaterEvents(events);
	const read = storeAndRead(events);

	expect(read.stored.olderLessons).toBe('501');
	expect(read.events.has({ key: 'first!', lessonId: 501 })).toBe(true);
	expect(read.events.has({ key: 'other!', lessonId: 502 })).toBe(false);
});

it('another customer of a lesson is new while all attendances of the lesson are among the latest 3,000', () => {
	const events = new ReportedEvents({ reported: '' });
	events.add({ key: 'first!', lessonId: 501 });

	const read = storeAndRead(events);

	expect(read.events.has({ key: 'other!', lessonId: 501 })).toBe(false);
});

it('attendances of one lesson are stored with the lesson once', () => {
	const events = new ReportedEvents({ reported: '' });

	events.add({ key: 'anna01', lessonId: 501 });
	events.add({ key: 'oleg01', lessonId: 501 });
	events.add({ key: 'anna02', lessonId: 502 });

	expect(events.toStored()).toEqual({
		reported: 'anna01oleg01anna02',
		lessons: '501*2,502',
		olderLessons: '',
	});
});

it('a state without lessons, of an older version, is read, and its keys are forgotten first', () => {
	const events = new ReportedEvents({ reported: 'anna01oleg01' });
	expect(events.has({ key: 'oleg01', lessonId: 501 })).toBe(true);

	addLaterEvents(events);

	expect(events.has({ key: 'oleg01', lessonId: 501 })).toBe(false);
	expect(events.toStored().olderLessons).toBe('');
});

it('an attendance whose lesson is not known takes its place among the latest 3,000', () => {
	const events = new ReportedEvents({ reported: '' });
	events.add({ key: 'noname' });
	events.add({ key: 'anna01', lessonId: 501 });

	addLaterEvents(events);
	const read = storeAndRead(events);

	expect(read.events.has({ key: 'noname' })).toBe(false);
	expect(read.stored.olderLessons).toBe('501');
	expect(read.stored.reported).toHaveLength(18_000);
});

it('what is stored stays within 60 kB, and the lessons with the lowest IDs are forgotten', () => {
	const events = new ReportedEvents({ reported: '' });

	for (let number = 1; number <= 20_000; number++) {
		events.add({ key: keyOf(number), lessonId: 10_000 + 2 * number });
	}
	const { stored, events: read } = storeAndRead(events);

	expect(JSON.stringify(stored).length).toBeLessThan(60_000);
	expect(read.has({ key: 'unseen', lessonId: 10_002 })).toBe(false);
	expect(read.has({ key: 'unseen', lessonId: 44_000 })).toBe(true);
});
