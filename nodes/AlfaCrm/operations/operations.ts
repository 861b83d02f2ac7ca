import type { Entity, OperationName } from '../entities/types';
import { find } from './matching/find';
import { upsert } from './matching/upsert';
import type { Operation } from './operation';
import { create } from './records/create';
import { deleteRecord } from './records/delete';
import { get } from './records/findById';
import { getMany } from './records/getMany';
import { bookLesson, updateLesson } from './records/lesson';
import { createRegularLesson, updateRegularLesson } from './records/regularLesson';
import { update, updateMembership } from './records/update';

/** The usual operations, in the order in which parameters that several have name them. */
const usual: Record<OperationName, Operation> = {
	create,
	delete: deleteRecord,
	find,
	get,
	getAll: getMany,
	update,
	upsert,
};

/** Those that an entity has in place of the usual ones. */
const own: Readonly<Record<string, Partial<Record<OperationName, Operation>>>> = {
	cgi: { update: updateMembership },
	lesson: { create: bookLesson, update: updateLesson },
	regularLesson: { create: createRegularLesson, update: updateRegularLesson },
};

export const operationNames = Object.keys(usual) as OperationName[];

export const operationOf = ({ resource }: Entity, name: OperationName): Operation =>
	own[resource]?.[name] ?? usual[name];
