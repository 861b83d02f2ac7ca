import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../entities/fieldTypes';
import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import { isCustom } from '../../fields/custom';
import { isBlank, serialize } from '../../fields/field';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import { makeUpdate } from '../common/update';
import { dropUnusedDuration, moveEndTime } from './endTime';

const { day: dayField, length: durationField, end: endField } = LESSON_FIELDS;

/**
 * *Lesson → Update*: changes some fields of a lesson. It sends the unchanged fields along, as the
 * record shows them. In one account AlfaCRM refused an update with some of the fields, or emptied
 * the other fields. API notes 4 and 5.11.
 */
export const updateLesson: Operation = makeUpdate({
	adjustInput: dropUnusedDuration,
	makeBody: (item, entity, record, changes) => {
		const endTime = moveEndTime(item, entity, record, changes);
		return addUnchangedFields(item, record, { ...changes, ...endTime });
	},
});

/**
 * Adds the unchanged fields of a lesson to its changes.
 *
 * @param changes the changed fields as they are sent. Serializing them once more leaves them as
 * they are, except that times get seconds. The duration and emptied fields stay as they are in
 * `changes`.
 */
function addUnchangedFields(item: Item, record: IDataObject, changes: IDataObject): IDataObject {
	const customFields = Object.entries(record).filter(([name]) => isCustom(name));
	const body = { ...Object.fromEntries(customFields), ...changes };
	for (const field of fieldsToSerialize(changes)) {
		const value = field.name in changes ? changes[field.name] : storedValueOf(field, record);
		if (!isBlank(field, value)) {
			body[field.name] = toWireWithSeconds(field, value, item.zone);
		}
	}
	return body;
}

/**
 * Returns the fields that an update sends from the changes or from the record. The stored end time
 * is left out if the user gives a new duration, because AlfaCRM would use the end time instead. The
 * duration is left out because a record shows none, and a given one needs no seconds.
 */
function fieldsToSerialize(changes: IDataObject): Field[] {
	const hasNewDuration = durationField.name in changes;
	return lessonEntity.fields.filter(
		(field) => field !== durationField && !(field === endField && hasNewDuration),
	);
}

/**
 * Reads the value of a field from a record. AlfaCRM takes the day as `lesson_date` and shows it as
 * `date`.
 */
function storedValueOf(field: Field, record: IDataObject): Wire {
	return record[field.name === dayField.name ? 'date' : field.name];
}

/**
 * Writes a value as AlfaCRM takes it in an update of a lesson: times have seconds. API notes 5.11.
 *
 * A stored value that cannot be read, such as room 0, is sent back unchanged. The user has not
 * entered it, so there is nobody to correct it.
 */
function toWireWithSeconds(field: Field, value: Wire, zone: string): Wire {
	try {
		const wire = serialize(field, value, zone);
		return field.type === 'time' ? `${String(wire)}:00` : wire;
	} catch {
		return value;
	}
}
