import { describeValues } from './support/suite';

const USUAL = ['create', 'delete', 'find', 'get', 'getAll', 'update'];

describeValues(({ resource, operation }) => resource === 'customer' && USUAL.includes(operation), 6_000);
