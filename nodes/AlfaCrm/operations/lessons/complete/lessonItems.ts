/**
 * Lets all items about one lesson complete it with one call. A sheet often has a row for each
 * customer, so a lesson comes as several items. AlfaCRM takes the attendance of a lesson in one
 * call, and a second call could charge the lesson twice.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import type { Execution } from '../../../run/execution';
import type { Item } from '../../../run/item';
import { idOf } from '../../../run/target';

/** Completes a lesson for all items about it; the first of them is the item that sends the call. */
type LessonCompleter = (items: readonly [Item, ...Item[]]) => Promise<IDataObject[]>;

/** Completes the lesson of an item, or returns the result if another item has completed it. */
export async function completeTogether(
	item: Item,
	entity: Entity,
	complete: LessonCompleter,
): Promise<IDataObject[]> {
	const itemsByLesson = groupItemsOnce(item, entity);
	// The map lacks an item whose lesson ID could be read only after the item was resolved. Such an
	// item completes its lesson alone.
	const lessonItems = itemsByLesson.get(idOf(item, entity)) ?? new LessonItems([item]);
	return await lessonItems.completeOnce(item, complete);
}

/** The items of an execution that are about one lesson, and the result that they share. */
class LessonItems {
	private result?: Promise<IDataObject[]>;

	constructor(private readonly items: Item[] = []) {}

	add(item: Item): void {
		this.items.push(item);
	}

	/** Calls `complete` for the first item that asks. All later items get the same result. */
	async completeOnce(item: Item, complete: LessonCompleter): Promise<IDataObject[]> {
		this.result ??= this.completeBy(item, complete);
		const records = await this.result;
		// Each item returns copies, so that a change to the output of one item leaves the others alone.
		return records.map((record) => ({ ...record }));
	}

	/** Completes the lesson by the call of one item. The other items take over what it has saved. */
	private async completeBy(item: Item, complete: LessonCompleter): Promise<IDataObject[]> {
		// By index: `item` is resolved, and the items of the list are not, so they are different
		// objects.
		const otherItems = this.items.filter((otherItem) => otherItem.index !== item.index);
		try {
			return await complete([item, ...otherItems]);
		} finally {
			// This holds after an error, too: the errors of the other items say what was saved before it.
			for (const otherItem of otherItems) {
				otherItem.addSavesOf(item);
			}
		}
	}
}

type ItemsByLesson = Map<number, LessonItems>;

const itemsByExecution = new WeakMap<Execution, ItemsByLesson>();

/** Groups the items of the execution by the ID of their lesson, once for all items. */
function groupItemsOnce(item: Item, entity: Entity): ItemsByLesson {
	const knownItems = itemsByExecution.get(item.execution);
	if (knownItems !== undefined) return knownItems;

	const itemsByLesson = groupByLesson(item.unresolvedItems, entity);
	itemsByExecution.set(item.execution, itemsByLesson);
	return itemsByLesson;
}

/** Groups items by the ID of their lesson. Leaves out items whose ID cannot be read. */
function groupByLesson(items: readonly Item[], entity: Entity): ItemsByLesson {
	const itemsByLesson: ItemsByLesson = new Map();
	for (const item of items) {
		const lessonId = readLessonId(item, entity);
		if (lessonId === undefined) continue;

		const lessonItems = itemsByLesson.get(lessonId) ?? new LessonItems();
		itemsByLesson.set(lessonId, lessonItems);
		lessonItems.add(item);
	}
	return itemsByLesson;
}

/**
 * Reads the ID of an item's lesson; undefined if it cannot be read. If the value is wrong, the item
 * fails when it is executed.
 */
function readLessonId(item: Item, entity: Entity): number | undefined {
	try {
		return idOf(item, entity);
	} catch {
		return undefined;
	}
}
