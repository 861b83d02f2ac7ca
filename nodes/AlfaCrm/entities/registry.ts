import { branch } from './branch';
import { customer } from './customer';
import { location } from './location';
import { leadSource, leadStatus, studyStatus } from './statuses';
import { subject } from './subject';
import type { Entity } from './types';

/** Everything that the node knows of AlfaCRM, in the order of the labels. */
export const entities: readonly Entity[] = [
	branch,
	customer,
	leadSource,
	leadStatus,
	location,
	studyStatus,
	subject,
];

const byResource = new Map(entities.map((entity) => [entity.resource, entity]));

export function entityOf(resource: string): Entity {
	const entity = byResource.get(resource);
	if (entity === undefined) throw new RangeError(`There is no resource "${resource}"`);
	return entity;
}
