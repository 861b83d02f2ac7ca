import type { Field } from '../../entities/fieldTypes';
import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import type { LockKey } from '../../run/keys';

/** The groups, customers, teachers and rooms that a lesson occupies. */
interface OccupiedIds {
	groupIds: readonly number[];
	customerIds: readonly number[];
	teacherIds: readonly number[];
	roomIds: readonly number[];
}

/**
 * Makes the keys to lock for a lesson: one for each group, customer, teacher and room on its day.
 *
 * *Lesson → Create* and *Lesson → Book* make the same keys. So two items of this process that need
 * the same teacher on the same day run one after the other, and the second one sees the lesson of
 * the first.
 */
export function makeLessonLockKeys(day: string, occupied: OccupiedIds): LockKey[] {
	return [
		...makeFieldLockKeys(day, LESSON_FIELDS.group, occupied.groupIds),
		...makeFieldLockKeys(day, LESSON_FIELDS.customer, occupied.customerIds),
		...makeFieldLockKeys(day, LESSON_FIELDS.teacher, occupied.teacherIds),
		...makeFieldLockKeys(day, LESSON_FIELDS.room, occupied.roomIds),
	];
}

/** Makes a key for each ID in one field of a lesson, such as each of its teachers. */
function makeFieldLockKeys(day: string, field: Field, ids: readonly number[]): LockKey[] {
	return ids.map((id): LockKey => [lessonEntity.path, day, field.name, id]);
}
