import type { INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../../sandbox';

/** The forms that faults are tried with: a write, and a read of many. */
export const create: INodeParameters = {
	resource: 'customer',
	operation: 'create',
	branchId: 1,
	name: 'Новый Лид',
};
export const list: INodeParameters = { resource: 'customer', operation: 'getAll', branchId: 1 };

/** A fault that meets the write, or the read. */
export const onCreate = (fault: object) =>
	({ match: { entity: 'customer', action: 'create' }, ...fault }) as Fault;
export const onIndex = (fault: object) =>
	({ match: { entity: 'customer', action: 'index' }, times: 0, ...fault }) as Fault;
