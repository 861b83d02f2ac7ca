export { default } from '../eslint.programs.mjs';
