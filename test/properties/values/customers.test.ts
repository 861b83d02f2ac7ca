import { parts } from './support/parts';
import { describeValues } from './support/suite';

describeValues(parts.customers);
