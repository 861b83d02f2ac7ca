import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import type { Execution } from '../../../run/execution';
import type { Item } from '../../../run/item';
import { idOf } from '../../../run/target';

/**
 * Lets all items about one lesson complete it with one call. A sheet often has a row for each
 * customer, so a lesson comes as several items. AlfaCRM takes the attendance of a lesson in one
 * call, and a second call could charge the lesson twice.
 */

/** Completes a lesson for all items about it; the first of them is the item that sends the call. */
type Complete = (items: readonly [Item, ...Item[]]) => Promise<IDataObject[]>;

/** Completes the lesson of an item, or returns the result if another item has completed it. */
export async function completeTogether(
	item: Item,
	entity: Entity,
	complete: Complete,
): Promise<IDataObject[]> {
	const lessons = lessonsOf(item, entity);
	const lesson = lessons.get(idOf(item, entity)) ?? new LessonItems([item]);
	return await lesson.completeOnce(item, complete);
}

/** The items of an execution that are about one lesson, and the result that they share. */
class LessonItems {
	private result?: Promise<IDataObject[]>;

	constructor(private readonly items: Item[] = []) {}

	add(item: Item): void {
		this.items.push(item);
	}

	/** Calls `complete` for the first item that asks. All later items get the same result. */
	async completeOnce(item: Item, complete: Complete): Promise<IDataObject[]> {
		// By index: `item` is resolved, and the items of the list are not, so they are different
		// objects.
		const otherItems = this.items.filter((otherItem) => otherItem.index !== item.index);
		this.result ??= complete([item, ...otherItems]).finally(() => {
			for (const otherItem of otherItems) {
				otherItem.countSavesOf(item);
			}
		});
		const records = await this.result;
		// Each item returns copies, so that a change to the output of one item leaves the others alone.
		return records.map((record) => ({ ...record }));
	}
}

const lessonsByExecution = new WeakMap<Execution, Map<number, LessonItems>>();

/** Groups the items of an execution by their lesson, when the first of them asks. */
function lessonsOf(item: Item, entity: Entity): Map<number, LessonItems> {
	const lessons =
		lessonsByExecution.get(item.execution) ?? groupByLesson(item.unresolvedItems, entity);
	lessonsByExecution.set(item.execution, lessons);
	return lessons;
}

function groupByLesson(items: readonly Item[], entity: Entity): Map<number, LessonItems> {
	const lessons = new Map<number, LessonItems>();
	for (const item of items) {
		const lessonId = readLessonId(item, entity);
		if (lessonId === undefined) continue;

		const lesson = lessons.get(lessonId) ?? new LessonItems();
		lessons.set(lessonId, lesson);
		lesson.add(item);
	}
	return lessons;
}

/** Reads the lesson of an item. If it cannot be read, the item itself fails when its turn comes. */
function readLessonId(item: Item, entity: Entity): number | undefined {
	try {
		return idOf(item, entity);
	} catch {
		return undefined;
	}
}
