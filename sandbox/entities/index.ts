import type { Entity } from '../entity';
import { branch } from './branch';
import { customer } from './customer';
import { location } from './location';
import { leadSource, leadStatus, studyStatus } from './statuses';
import { subject } from './subject';

/** Everything that the school holds, in the order in which it is generated. */
export const entities: readonly Entity[] = [
	subject,
	branch,
	location,
	studyStatus,
	leadStatus,
	leadSource,
	customer,
];

const byPath = new Map(entities.map((entity) => [entity.path, entity]));

export const findEntity = (path: string): Entity | undefined => byPath.get(path);
export const entityNames: readonly string[] = [...byPath.keys()];
