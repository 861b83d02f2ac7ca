import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import type { LockKey } from '../../run/keys';

/** The groups, customers, teachers and rooms that a lesson occupies. */
interface Occupied {
	groupIds: readonly number[];
	customerIds: readonly number[];
	teacherIds: readonly number[];
	roomIds: readonly number[];
}

/**
 * Names one lock for each group, customer, teacher and room on a day.
 *
 * *Lesson → Create* and *Lesson → Book* use the same locks. So two items of this process that need
 * the same teacher on the same day run one after the other, and the second one sees the lesson of
 * the first.
 */
export function makeLessonLocks(day: string, occupied: Occupied): LockKey[] {
	const lock = ({ name }: { name: string }, id: number): LockKey => [
		lessonEntity.path,
		day,
		name,
		id,
	];
	return [
		...occupied.groupIds.map((id) => lock(LESSON_FIELDS.group, id)),
		...occupied.customerIds.map((id) => lock(LESSON_FIELDS.customer, id)),
		...occupied.teacherIds.map((id) => lock(LESSON_FIELDS.teacher, id)),
		...occupied.roomIds.map((id) => lock(LESSON_FIELDS.room, id)),
	];
}
