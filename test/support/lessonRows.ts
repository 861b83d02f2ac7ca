import { clockOfQuarter, dayPlus, toDottedDay } from './days';
import type { PersonKind, Story } from './lessonStories';
import { findLessons, LESSON_QUARTERS, makeName, writeStart } from './lessonVisits';

type Row = Record<string, unknown>;

/** The teacher of all lessons of a story. */
export const STORY_TEACHER = 1;

const SUBJECT = 1;
const LESSON_TYPE = { individual: 1, group: 2 } as const;
const LEAD_STAGE = 3;
const REJECT_REASON = 2;

/** Adds to a school the rows that AlfaCRM would have if the story were true. */
export function addStory(school: { addRecord(path: string, row: Row): number }, story: Story): void {
	const rowsByPath = {
		customer: makeCustomerRows(story),
		group: makeGroupRows(story),
		cgi: makeMembershipRows(story),
		'regular-lesson': makeRegularLessonRows(story),
		lesson: makeLessonRows(story),
	};
	for (const [path, rows] of Object.entries(rowsByPath)) {
		for (const row of rows) {
			school.addRecord(path, row);
		}
	}
}

/** Computes the ID of a person from the index in the story. */
export function personId(index: number): number {
	return 501 + index;
}

/** Computes the ID of a group from the index in the story. */
function makeGroupId(index: number): number {
	return 41 + index;
}

/** Computes the ID of a regular lesson from the index in the story. */
function makeRegularLessonId(index: number): number {
	return 71 + index;
}

/** Makes the rows of the people of a story. */
function makeCustomerRows({ today, people }: Story): Row[] {
	const valuesByKind: Record<PersonKind, Row> = {
		client: { is_study: 1 },
		lead: { is_study: 0, lead_status_id: LEAD_STAGE },
		leadWithoutStage: { is_study: 0, lead_status_id: null },
		clientOnceRejected: { is_study: 1, lead_reject_id: REJECT_REASON },
		rejectedLead: { is_study: 0, lead_status_id: LEAD_STAGE, lead_reject_id: REJECT_REASON },
		archivedClient: { is_study: 1, e_date: dayPlus(today, -3) },
		archivedLead: { is_study: 0, e_date: today },
	};
	return people.map(({ kind, branches }, index) => ({
		id: personId(index),
		name: makeName(index),
		legal_type: 1,
		branch_ids: branches,
		...valuesByKind[kind],
	}));
}

/** Makes the rows of the groups of a story. */
function makeGroupRows({ groups }: Story): Row[] {
	return groups.map(({ branch }, index) => ({
		id: makeGroupId(index),
		name: `Группа ${index}`,
		branch_ids: [branch],
	}));
}

/** Makes the rows of the memberships of a story. */
function makeMembershipRows({ today, groups }: Story): Row[] {
	return groups.flatMap(({ memberships }, group) =>
		memberships.map(({ person, firstDay, lastDay }) => ({
			customer_id: personId(person),
			group_id: makeGroupId(group),
			b_date: toDottedDay(dayPlus(today, firstDay)),
			e_date: lastDay === null ? null : toDottedDay(dayPlus(today, lastDay)),
		})),
	);
}

/** Makes the rows of the regular lessons of a story. */
function makeRegularLessonRows({ today, regularLessons }: Story): Row[] {
	return regularLessons.map(({ owner, branch, weekday, startQuarter, firstDay, lastDay }, index) => ({
		id: makeRegularLessonId(index),
		branch_id: branch,
		related_class: 'group' in owner ? 'Group' : 'Customer',
		related_id: 'group' in owner ? makeGroupId(owner.group) : personId(owner.person),
		day: weekday,
		time_from_v: clockOfQuarter(startQuarter),
		time_to_v: clockOfQuarter(startQuarter + LESSON_QUARTERS),
		b_date: dayPlus(today, firstDay),
		e_date: dayPlus(today, lastDay),
		subject_id: SUBJECT,
		lesson_type_id: LESSON_TYPE.group,
		teacher_ids: [STORY_TEACHER],
	}));
}

/** Makes the rows of the lessons that are in the calendar. */
function makeLessonRows(story: Story): Row[] {
	return findLessons(story)
		.filter(({ id }) => id !== null)
		.map((lesson) => ({
			id: lesson.id,
			branch_id: lesson.branch,
			date: lesson.day,
			time_from: writeStart(lesson),
			time_to: `${lesson.day} ${lesson.to}:00`,
			status: lesson.status,
			subject_id: SUBJECT,
			lesson_type_id: LESSON_TYPE.individual,
			teacher_ids: [STORY_TEACHER],
			regular_id: lesson.regularLesson === null ? null : makeRegularLessonId(lesson.regularLesson),
			customer_ids: lesson.listedPeople.map(personId),
			group_ids: lesson.group === null ? [] : [makeGroupId(lesson.group)],
		}));
}
