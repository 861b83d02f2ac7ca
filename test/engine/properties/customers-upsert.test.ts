import { describeValues } from './support/suite';

describeValues(({ resource, operation }) => resource === 'customer' && operation === 'upsert', 6_000);
