/**
 * Lets several items complete a lesson together, with one call. A sheet often has a row for each
 * customer, so n8n makes several items about the same lesson. AlfaCRM takes the attendances of a
 * lesson in one call, and a second call could charge the customers twice.
 *
 * The node resolves an item just before it executes the item: it finds the branch, and puts IDs in
 * place of names. So most of the items here are not resolved yet.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import type { Execution } from '../../../run/execution';
import type { Item } from '../../../run/item';
import { idOf } from '../../../run/target';

/** Completes a lesson for all items about it. The first item sends the call. */
type LessonCompleter = (items: readonly [Item, ...Item[]]) => Promise<IDataObject[]>;

/** Completes the lesson of an item, or returns the result of the item that has completed it. */
export async function completeTogether(
	item: Item,
	entity: Entity,
	complete: LessonCompleter,
): Promise<IDataObject[]> {
	const itemsByLesson = groupItemsOnce(item, entity);
	// The map lacks an item whose lesson ID cannot be read before the item is resolved. Such an item
	// completes its lesson alone.
	const lessonItems = itemsByLesson.get(idOf(item, entity)) ?? new LessonItems([item]);
	return await lessonItems.completeOnce(item, complete);
}

/** The items of an execution that are about one lesson, and the result that they share. */
class LessonItems {
	private result?: Promise<IDataObject[]>;

	constructor(private readonly items: Item[]) {}

	add(item: Item): void {
		this.items.push(item);
	}

	/** Completes the lesson for the first item that calls this method. Later items get its result. */
	async completeOnce(item: Item, complete: LessonCompleter): Promise<IDataObject[]> {
		this.result ??= this.completeBy(item, complete);
		const records = await this.result;
		// Each item gets its own copy, so that a change to the output of one item changes no other.
		return records.map((record) => ({ ...record }));
	}

	/** Lets one item complete the lesson. The logs of the other items also get what it has saved. */
	private async completeBy(item: Item, complete: LessonCompleter): Promise<IDataObject[]> {
		// `item` is resolved, and the same item in `this.items` is not, so they are different objects
		// with one index.
		const otherItems = this.items.filter((otherItem) => otherItem.index !== item.index);
		try {
			return await complete([item, ...otherItems]);
		} finally {
			// After an error, too: each item reports the error, and says what was saved before it.
			for (const otherItem of otherItems) {
				otherItem.addSavesOf(item);
			}
		}
	}
}

type ItemsByLesson = Map<number, LessonItems>;

const groupedItemsOfExecutions = new WeakMap<Execution, ItemsByLesson>();

/** Groups the items of the execution by the ID of their lesson, once for all items. */
function groupItemsOnce(item: Item, entity: Entity): ItemsByLesson {
	const groupedItems = groupedItemsOfExecutions.get(item.execution);
	if (groupedItems !== undefined) return groupedItems;

	const itemsByLesson = groupByLesson(item.unresolvedItems, entity);
	groupedItemsOfExecutions.set(item.execution, itemsByLesson);
	return itemsByLesson;
}

/** Groups items by the ID of their lesson. Leaves out items whose ID cannot be read. */
function groupByLesson(items: readonly Item[], entity: Entity): ItemsByLesson {
	const itemsByLesson: ItemsByLesson = new Map();
	for (const item of items) {
		const lessonId = readLessonId(item, entity);
		if (lessonId === undefined) continue;

		const lessonItems = itemsByLesson.get(lessonId) ?? new LessonItems([]);
		itemsByLesson.set(lessonId, lessonItems);
		lessonItems.add(item);
	}
	return itemsByLesson;
}

/**
 * Reads the ID of an item's lesson. Returns undefined if it cannot be read: an item with a wrong
 * value fails later, when it is executed.
 */
function readLessonId(item: Item, entity: Entity): number | undefined {
	try {
		return idOf(item, entity);
	} catch {
		return undefined;
	}
}
