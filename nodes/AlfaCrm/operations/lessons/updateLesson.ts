import type { IDataObject } from 'n8n-workflow';

import type { Field, ApiValue } from '../../entities/fieldTypes';
import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import { isCustom } from '../../fields/custom';
import { isBlank, serialize } from '../../fields/field';
import type { Operation } from '../../run/operation';
import { makeUpdate } from '../common/update';
import { dropUnusedDuration, moveEndTime } from './endTime';

const { day: dayField, duration: durationField, end: endField } = LESSON_FIELDS;

/**
 * *Lesson → Update*: changes some fields of a lesson, and sends its other fields along unchanged.
 * In one account AlfaCRM refused an update without the other fields, or emptied them: API notes 4
 * and 5.11 in docs/alfacrm-api.md.
 */
export const updateLesson: Operation = makeUpdate({
	adjustInput: dropUnusedDuration,

	makeBody(item, entity, record, changes) {
		const movedEndTime = moveEndTime(item, entity, record, changes);
		const allChanges = { ...changes, ...movedEndTime };
		const unchangedFields = readUnchangedFields(record, allChanges);
		return serializeLesson({ ...unchangedFields, ...allChanges }, item.zone);
	},
});

/** Reads the unchanged fields of a lesson from its record. Leaves out empty fields. */
function readUnchangedFields(record: IDataObject, changes: IDataObject): IDataObject {
	const unchangedFields = pickCustomFields(record);
	for (const field of lessonEntity.fields) {
		// A new duration replaces the end time. If both were sent, AlfaCRM would ignore the duration.
		const isReplacedByDuration = field === endField && durationField.name in changes;
		if (field.name in changes || isReplacedByDuration) continue;

		const storedValue = readStoredValue(field, record);
		if (!isBlank(field, storedValue)) {
			unchangedFields[field.name] = storedValue;
		}
	}
	return unchangedFields;
}

/**
 * Picks the custom fields from a record. `lessonEntity.fields` lacks them, because each account has
 * its own. API notes 9.
 */
function pickCustomFields(record: IDataObject): IDataObject {
	const customEntries = Object.entries(record).filter(([name]) => isCustom(name));
	return Object.fromEntries(customEntries);
}

/**
 * Reads the value of a field from a record. Two fields are special:
 *
 * - AlfaCRM takes the day as `lesson_date` and shows it as `date`.
 * - AlfaCRM takes a duration and never shows it.
 */
function readStoredValue(field: Field, record: IDataObject): ApiValue {
	if (field === durationField) return undefined;
	return field === dayField ? record.date : record[field.name];
}

/**
 * Writes the fields of a lesson as AlfaCRM takes them. Leaves custom fields and empty values as
 * they are.
 */
function serializeLesson(values: IDataObject, zone: string): IDataObject {
	const body = { ...values };
	for (const field of lessonEntity.fields) {
		const value = values[field.name];
		if (!isBlank(field, value)) {
			body[field.name] = serializeWithSeconds(field, value, zone);
		}
	}
	return body;
}

/**
 * Writes a value as AlfaCRM takes it in an update of a lesson, where times have seconds. API notes
 * 5.11.
 *
 * A stored value that cannot be read, such as room 0, is sent back unchanged. The user has not
 * entered this value, so an error would not help.
 */
function serializeWithSeconds(field: Field, value: ApiValue, zone: string): ApiValue {
	try {
		const wire = serialize(field, value, zone);
		return field.type === 'time' ? `${String(wire)}:00` : wire;
	} catch {
		return value;
	}
}
