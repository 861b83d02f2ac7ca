export * from '../../../scripts/lib/engine/engine';
