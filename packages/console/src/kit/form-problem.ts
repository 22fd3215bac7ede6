import { type Context, createContext, useContext } from 'react'
import { faultOf } from './field-fault.ts'

/** What is wrong with the form around: its fields look here for their sentence. */
export const FormProblem: Context<unknown> = createContext<unknown>(undefined)

export const useFault = (name: string): string | undefined => faultOf(useContext(FormProblem), name)
