/** 0 in `npm test`; in `npm run test:deep` how many times as deep as usual, see jest.config.js. */
declare const DEPTH: number;

export const isDeep = DEPTH > 0;

const runs = (sample: number, deep: number): number => (isDeep ? Math.ceil(deep * DEPTH) : sample);

/** How deep each level goes: runs of a property in `npm test`, and in `npm run test:deep`. */
export const depth = {
	recordHistories: runs(150, 10_000),
	logHistories: runs(150, 10_000),
	examplePhones: runs(500, 20_000),
	echoedRows: runs(6, 200),
	simplifiedLists: runs(300, 20_000),
	fieldValues: runs(60, 5_000),
	largeLists: runs(10, 300),
};

/** Another one in each run; jest prints it, and `npm test -- --seed=<n>` plays a run again. */
export const seed = jest.getSeed();
