import { walkSeeds } from './random-walks.ts'

walkSeeds('even')
