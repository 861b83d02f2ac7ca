import { describeValues } from './support/suite';
const only = process.env.ONLY ?? '';
describeValues(({ title }) => title.startsWith(only), 1);
