import type { Field } from '../../entities/fieldTypes';
import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import type { LockKey } from '../../run/keys';

/** The groups, customers, teachers and rooms that a lesson keeps busy. */
interface OccupiedIds {
	groupIds: readonly number[];
	customerIds: readonly number[];
	teacherIds: readonly number[];
	roomIds: readonly number[];
}

/**
 * Makes the keys to lock while a lesson is created: one for each group, customer, teacher and room
 * on its day, such as "teacher 7 on 2026-02-10".
 *
 * *Lesson → Create* and *Lesson → Book* make the same keys. So if two items of this process need
 * the same teacher on the same day, the second item waits until the first one has created its
 * lesson.
 */
export function makeLessonLockKeys(day: string, occupied: OccupiedIds): LockKey[] {
	return [
		...makeFieldLockKeys(day, LESSON_FIELDS.group, occupied.groupIds),
		...makeFieldLockKeys(day, LESSON_FIELDS.customer, occupied.customerIds),
		...makeFieldLockKeys(day, LESSON_FIELDS.teacher, occupied.teacherIds),
		...makeFieldLockKeys(day, LESSON_FIELDS.room, occupied.roomIds),
	];
}

/** Makes a key for each ID in a field of a lesson, such as its teachers. */
function makeFieldLockKeys(day: string, field: Field, ids: readonly number[]): LockKey[] {
	return ids.map((id): LockKey => [lessonEntity.path, day, field.name, id]);
}
